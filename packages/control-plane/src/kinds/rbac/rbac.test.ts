/** What Kubernetes refuses about roles and bindings, cause by cause. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { causesOf, causesOfUpdate, created, messagesOf, messagesOfUpdate } from "../testing/refusals.ts";
import { clusterRoleBindingKind, clusterRoleKind, roleBindingKind, roleKind } from "./index.ts";

const rule = { verbs: ["get"], apiGroups: [""], resources: ["pods"] };
const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" };
const jane = { kind: "User", name: "jane" };

const rolesRefused: readonly (readonly [string, object, readonly string[]])[] = [
  ["a rule without verbs", { rules: [{ ...rule, verbs: [] }] }, ["FieldValueRequired rules[0].verbs"]],
  [
    "a rule without groups",
    { rules: [rule, { ...rule, apiGroups: [] }] },
    ["FieldValueRequired rules[1].apiGroups"],
  ],
  [
    "a rule without resources",
    { rules: [{ ...rule, resources: [] }] },
    ["FieldValueRequired rules[0].resources"],
  ],
  [
    "a rule with nothing",
    { rules: [{}] },
    [
      "FieldValueRequired rules[0].verbs",
      "FieldValueRequired rules[0].apiGroups",
      "FieldValueRequired rules[0].resources",
    ],
  ],
  ["the name .", { metadata: { name: "." } }, ["FieldValueInvalid metadata.name"]],
  ["the name ..", { metadata: { name: ".." } }, ["FieldValueInvalid metadata.name"]],
  ["a name with a percent sign", { metadata: { name: "a%b" } }, ["FieldValueInvalid metadata.name"]],
  ["a name with a slash", { metadata: { name: "a/b" } }, ["FieldValueInvalid metadata.name"]],
  ["no name", { metadata: { name: "" } }, ["FieldValueRequired metadata.name"]],
  ["a wrong label", { metadata: { labels: { "a b": "c" } } }, ["FieldValueInvalid metadata.labels"]],
];

const paths = { verbs: ["get"], nonResourceURLs: ["/healthz"] };

test("a Role is refused for", async (t) => {
  for (const [what, role, causes] of rolesRefused)
    await t.test(what, () => assert.deepEqual(causesOf(roleKind, role), causes));
  await t.test("paths that are no resources", () => {
    assert.deepEqual(messagesOf(roleKind, { rules: [paths] }), [
      'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: namespaced rules cannot apply to non-resource URLs',
    ]);
  });
});

test("a ClusterRole is refused for", async (t) => {
  for (const [what, role, causes] of rolesRefused)
    await t.test(what, () => assert.deepEqual(causesOf(clusterRoleKind, role), causes));
  const cases: readonly (readonly [string, object, readonly string[]])[] = [
    [
      "paths and resources in one rule",
      { rules: [{ ...rule, ...paths }] },
      [
        'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: rules cannot apply to both regular resources and non-resource URLs',
      ],
    ],
    [
      "an aggregation of nothing",
      { aggregationRule: {} },
      [
        "aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil",
      ],
    ],
    [
      "an aggregation by an operator that there is not",
      { aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: "a", operator: "Is" }] }] } },
      [
        'aggregationRule.clusterRoleSelectors[0].matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
      ],
    ],
  ];
  for (const [what, role, messages] of cases)
    await t.test(what, () => assert.deepEqual(messagesOf(clusterRoleKind, role), messages));
});

const bindingsRefused: readonly (readonly [string, object, readonly string[]])[] = [
  ["no role", {}, ["FieldValueNotSupported roleRef.kind", "FieldValueRequired roleRef.name"]],
  [
    "another group's role",
    { roleRef: { ...roleRef, apiGroup: "apps" } },
    ["FieldValueNotSupported roleRef.apiGroup"],
  ],
  [
    "a role of another kind",
    { roleRef: { ...roleRef, kind: "Pod" } },
    ["FieldValueNotSupported roleRef.kind"],
  ],
  ["a role without a name", { roleRef: { ...roleRef, name: "" } }, ["FieldValueRequired roleRef.name"]],
  [
    "a role with an impossible name",
    { roleRef: { ...roleRef, name: "a/b" } },
    ["FieldValueInvalid roleRef.name"],
  ],
  [
    "a subject of no kind",
    { roleRef, subjects: [{ name: "jane" }] },
    ["FieldValueNotSupported subjects[0].kind"],
  ],
  [
    "a user without a name",
    { roleRef, subjects: [jane, { kind: "User" }] },
    ["FieldValueRequired subjects[1].name"],
  ],
  [
    "a user of another group",
    { roleRef, subjects: [{ ...jane, apiGroup: "x" }] },
    ["FieldValueNotSupported subjects[0].apiGroup"],
  ],
  [
    "a group of another group",
    { roleRef, subjects: [{ kind: "Group", name: "a", apiGroup: "x" }] },
    ["FieldValueNotSupported subjects[0].apiGroup"],
  ],
  [
    "a service account with a wrong name",
    { roleRef, subjects: [{ kind: "ServiceAccount", name: "A b", namespace: "default" }] },
    ["FieldValueInvalid subjects[0].name"],
  ],
  [
    "a service account of a group",
    { roleRef, subjects: [{ kind: "ServiceAccount", name: "a", namespace: "default", apiGroup: "x" }] },
    ["FieldValueNotSupported subjects[0].apiGroup"],
  ],
];

for (const kind of [roleBindingKind, clusterRoleBindingKind])
  test(`a ${kind.kind} is refused for`, async (t) => {
    for (const [what, binding, causes] of bindingsRefused)
      await t.test(what, () => assert.deepEqual(causesOf(kind, binding), causes));
    await t.test("changing its role", () => {
      const next = { roleRef: { ...roleRef, name: "edit" } };
      assert.deepEqual(messagesOfUpdate(kind, next, { roleRef }), [
        'roleRef: Invalid value: {"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"edit"}: cannot change roleRef',
      ]);
      assert.deepEqual(causesOfUpdate(kind, { roleRef, subjects: [jane] }, { roleRef }), []);
    });
  });

test("only a RoleBinding may bind a Role, and needs no namespace of its service accounts", () => {
  const binding = {
    roleRef: { ...roleRef, kind: "Role" },
    subjects: [{ kind: "ServiceAccount", name: "a" }],
  };
  assert.deepEqual(causesOf(roleBindingKind, binding), []);
  assert.deepEqual(causesOf(clusterRoleBindingKind, binding), [
    "FieldValueNotSupported roleRef.kind",
    "FieldValueRequired subjects[0].namespace",
  ]);
});

test("a binding knows the group of its role and of its users", () => {
  const binding = created(clusterRoleBindingKind, {
    roleRef: { kind: "ClusterRole", name: "a:b" },
    subjects: [jane],
  });
  assert.deepEqual(causesOf(clusterRoleBindingKind, binding), []);
  const { apiGroup } = roleRef;
  assert.deepEqual(
    [(binding as { roleRef?: object }).roleRef, (binding as { subjects?: object }).subjects],
    [{ kind: "ClusterRole", name: "a:b", apiGroup }, [{ ...jane, apiGroup }]],
  );
});
