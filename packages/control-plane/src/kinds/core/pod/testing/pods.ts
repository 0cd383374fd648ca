/** Pods as small as can be, with the one part that a test is about. */
export const container = { name: "main", image: "host/python3" };

export const pod = (spec: object, metadata: object = {}) => ({
  metadata,
  spec: { containers: [container], ...spec },
});

/** With parts of its one container. */
export const one = (parts: object, spec: object = {}) =>
  pod({ containers: [{ ...container, ...parts }], ...spec });

/** Where that container stands. */
export const at = "spec.containers[0]";
