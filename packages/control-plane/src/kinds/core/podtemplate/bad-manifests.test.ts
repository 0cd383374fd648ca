import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodTemplate } from "@kubus/shared/api/core.ts";
import { podTemplateKind } from "../../index.ts";
import { testRefusals } from "../../testing/cases.ts";
import { causesOf, created } from "../../testing/refusals.ts";

const container = { name: "main", image: "a" };
const template = (spec: object, metadata: object = {}) => ({
  template: { metadata, spec: { containers: [container], ...spec } },
});

testRefusals(podTemplateKind, [
  ["saying nothing", {}, "FieldValueRequired template.spec.containers"],
  ["no containers", template({ containers: [] }), "FieldValueRequired template.spec.containers"],
  [
    "no image",
    template({ containers: [{ name: "main" }] }),
    "FieldValueRequired template.spec.containers[0].image",
  ],
  [
    "an unknown policy",
    template({ restartPolicy: "Some" }),
    "FieldValueNotSupported template.spec.restartPolicy",
  ],
  ["labels that cannot be", template({}, { labels: { "a b": "c" } }), "FieldValueInvalid template.labels"],
  [
    "annotations that cannot be",
    template({}, { annotations: { "a b": "c" } }),
    "FieldValueInvalid template.annotations",
  ],
  [
    "containers for looking into it",
    template({ ephemeralContainers: [{ name: "look", image: "a" }] }),
    "FieldValueForbidden template.spec.ephemeralContainers",
  ],
  [
    "a volume without a name",
    template({ volumes: [{}] }),
    "FieldValueRequired template.spec.volumes[0].name",
  ],
  [
    "a deadline of nothing",
    template({ activeDeadlineSeconds: 0 }),
    "FieldValueInvalid template.spec.activeDeadlineSeconds",
  ],
  [
    "another port on the network of the host",
    template({
      hostNetwork: true,
      containers: [{ ...container, ports: [{ containerPort: 1, hostPort: 2 }] }],
    }),
    "FieldValueInvalid template.spec.containers[0].ports[0].hostPort",
  ],
  [
    "a profile that two places name differently",
    template(
      { securityContext: { seccompProfile: { type: "Unconfined" } } },
      { annotations: { "seccomp.security.alpha.kubernetes.io/pod": "runtime/default" } },
    ),
    "FieldValueForbidden template.spec.securityContext.seccompProfile.type",
  ],
]);

test("a template is accepted, and keeps open what only pods must say", () => {
  const open = template({
    hostNetwork: true,
    containers: [
      {
        ...container,
        image: " later ",
        ports: [{ containerPort: 80 }],
        resources: { limits: { cpu: "1" } },
      },
    ],
  });
  assert.deepEqual(causesOf(podTemplateKind, open), []);
  const filled = created(podTemplateKind, open) as PodTemplate;
  const [first] = filled.template.spec.containers;
  assert.deepEqual(first?.resources, { limits: { cpu: "1" } });
  assert.deepEqual(first.ports, [{ containerPort: 80, protocol: "TCP" }]);
  const labelled = created(podTemplateKind, template({}, { labels: { a: "b" } })) as PodTemplate;
  assert.deepEqual(
    podTemplateKind.columns.map(({ of }) => of(labelled, 0)),
    ["test", "main", "a", "a=b"],
  );
});
