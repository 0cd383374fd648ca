import assert from "node:assert/strict";
import { test } from "node:test";
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from "@kubus/shared/api/admissionregistration.ts";
import { testRefusals, type Refused } from "../testing/cases.ts";
import { causesOf, created, messagesOf } from "../testing/refusals.ts";
import {
  mutatingWebhookConfigurationKind,
  validatingAdmissionPolicyBindingKind,
  validatingAdmissionPolicyKind,
  validatingWebhookConfigurationKind,
} from "./index.ts";

const rule = { operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] };
const aWebhook = (more: object = {}) => ({
  name: "pods.example.com",
  clientConfig: { url: "https://example.com/check" },
  rules: [rule],
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
  ...more,
});
const hooks = (...webhooks: readonly object[]) => ({ webhooks });
const ruled = (more: object) => hooks(aWebhook({ rules: [{ ...rule, ...more }] }));
const reached = (clientConfig: object) => hooks(aWebhook({ clientConfig }));
const service = { name: "checker", namespace: "default" };

const badWebhooks: readonly Refused[] = [
  ["no name", hooks(aWebhook({ name: "" })), "FieldValueRequired webhooks[0].name"],
  ["a name of two parts", hooks(aWebhook({ name: "pods.com" })), "FieldValueInvalid webhooks[0].name"],
  ["a name twice", hooks(aWebhook(), aWebhook()), "FieldValueDuplicate webhooks[1].name"],
  [
    "no side effects",
    hooks(aWebhook({ sideEffects: undefined })),
    "FieldValueRequired webhooks[0].sideEffects",
  ],
  [
    "side effects that v1 does not know",
    hooks(aWebhook({ sideEffects: "Some" })),
    "FieldValueNotSupported webhooks[0].sideEffects",
  ],
  [
    "no versions of reviews",
    hooks(aWebhook({ admissionReviewVersions: [] })),
    "FieldValueRequired webhooks[0].admissionReviewVersions",
  ],
  [
    "only versions that nobody speaks",
    hooks(aWebhook({ admissionReviewVersions: ["v2", "v2"] })),
    "FieldValueInvalid webhooks[0].admissionReviewVersions[1]",
    "FieldValueInvalid webhooks[0].admissionReviewVersions",
  ],
  ["too much time", hooks(aWebhook({ timeoutSeconds: 31 })), "FieldValueInvalid webhooks[0].timeoutSeconds"],
  [
    "an unknown policy",
    hooks(aWebhook({ failurePolicy: "Maybe" })),
    "FieldValueNotSupported webhooks[0].failurePolicy",
  ],
  [
    "an unknown match",
    hooks(aWebhook({ matchPolicy: "Near" })),
    "FieldValueNotSupported webhooks[0].matchPolicy",
  ],
  ["nobody to ask", reached({}), "FieldValueRequired webhooks[0].clientConfig"],
  [
    "two to ask",
    reached({ url: "https://example.com", service }),
    "FieldValueRequired webhooks[0].clientConfig",
  ],
  [
    "a URL without protection",
    reached({ url: "http://example.com" }),
    "FieldValueInvalid webhooks[0].clientConfig.url",
  ],
  [
    "a URL with more than a place",
    reached({ url: "https://me@example.com/?a=b#c" }),
    "FieldValueInvalid webhooks[0].clientConfig.url",
    "FieldValueInvalid webhooks[0].clientConfig.url",
    "FieldValueInvalid webhooks[0].clientConfig.url",
  ],
  [
    "half a service",
    reached({ service: { namespace: "default", port: 70_000, path: "a//b" } }),
    "FieldValueRequired webhooks[0].clientConfig.service.name",
    "FieldValueInvalid webhooks[0].clientConfig.service.port",
    "FieldValueInvalid webhooks[0].clientConfig.service.path",
    "FieldValueInvalid webhooks[0].clientConfig.service.path",
  ],
  ["no operations", ruled({ operations: [] }), "FieldValueRequired webhooks[0].rules[0].operations"],
  [
    "an unknown operation beside all",
    ruled({ operations: ["*", "READ"] }),
    "FieldValueInvalid webhooks[0].rules[0].operations",
    "FieldValueNotSupported webhooks[0].rules[0].operations[1]",
  ],
  ["no groups", ruled({ apiGroups: [] }), "FieldValueRequired webhooks[0].rules[0].apiGroups"],
  [
    "an empty version",
    ruled({ apiVersions: [""] }),
    "FieldValueRequired webhooks[0].rules[0].apiVersions[0]",
  ],
  [
    "resources that say the same twice",
    ruled({ resources: ["pods/*", "pods/status"] }),
    "FieldValueInvalid webhooks[0].rules[0].resources[1]",
  ],
  [
    "one resource beside all",
    ruled({ resources: ["*", "pods"] }),
    "FieldValueInvalid webhooks[0].rules[0].resources",
  ],
  ["an unknown scope", ruled({ scope: "World" }), "FieldValueNotSupported webhooks[0].rules[0].scope"],
  [
    "a condition that is no expression",
    hooks(
      aWebhook({
        matchConditions: [
          { name: "a", expression: "object.metadata." },
          { name: "a", expression: "1" },
        ],
      }),
    ),
    "FieldValueInvalid webhooks[0].matchConditions[0].expression",
    "FieldValueDuplicate webhooks[0].matchConditions[1].name",
    "FieldValueInvalid webhooks[0].matchConditions[1].expression",
  ],
  [
    "a selector that says nothing",
    hooks(aWebhook({ objectSelector: { matchExpressions: [{ key: "a", operator: "In" }] } })),
    "FieldValueRequired webhooks[0].objectSelector.matchExpressions[0].values",
  ],
];
testRefusals(validatingWebhookConfigurationKind, badWebhooks);
testRefusals(mutatingWebhookConfigurationKind, [
  ...badWebhooks,
  [
    "an unknown way to ask again",
    hooks(aWebhook({ reinvocationPolicy: "Always" })),
    "FieldValueNotSupported webhooks[0].reinvocationPolicy",
  ],
]);

test("webhooks get Kubernetes' defaults", () => {
  const [webhook] = (
    created(mutatingWebhookConfigurationKind, reached({ service })) as object as { webhooks: object[] }
  ).webhooks;
  assert.deepEqual(webhook, {
    ...aWebhook(),
    clientConfig: { service: { ...service, port: 443 } },
    rules: [{ ...rule, scope: "*" }],
    failurePolicy: "Fail",
    matchPolicy: "Equivalent",
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
    reinvocationPolicy: "Never",
  });
  assert.deepEqual(causesOf(mutatingWebhookConfigurationKind, hooks(aWebhook())), []);
});

const policy = (more: object = {}) => ({
  spec: {
    matchConstraints: { resourceRules: [rule] },
    validations: [{ expression: "object.spec.replicas <= 5" }],
    ...more,
  },
});

testRefusals(validatingAdmissionPolicyKind, [
  [
    "nothing at all",
    { spec: {} },
    "FieldValueRequired spec.matchConstraints",
    "FieldValueRequired spec.validations",
    "FieldValueRequired spec.auditAnnotations",
  ],
  [
    "no resources",
    policy({ matchConstraints: {} }),
    "FieldValueRequired spec.matchConstraints.resourceRules",
  ],
  [
    "a name of a resource beside all",
    policy({ matchConstraints: { resourceRules: [{ ...rule, resourceNames: ["a", "a", "b/c"] }] } }),
    "FieldValueDuplicate spec.matchConstraints.resourceRules[0].resourceNames[1]",
    "FieldValueInvalid spec.matchConstraints.resourceRules[0].resourceNames[2]",
  ],
  ["an unknown policy", policy({ failurePolicy: "Maybe" }), "FieldValueNotSupported spec.failurePolicy"],
  [
    "parameters of no kind",
    policy({ paramKind: { apiVersion: "a/b/c" } }),
    "FieldValueInvalid spec.paramKind.apiVersion",
    "FieldValueRequired spec.paramKind.kind",
  ],
  [
    "no expression",
    policy({ validations: [{ expression: " " }] }),
    "FieldValueRequired spec.validations[0].expression",
  ],
  [
    "an expression that is no yes or no",
    policy({ validations: [{ expression: "1 + 1" }] }),
    "FieldValueInvalid spec.validations[0].expression",
  ],
  [
    "parameters that it has not",
    policy({ validations: [{ expression: "params.max > 1" }] }),
    "FieldValueInvalid spec.validations[0].expression",
  ],
  [
    "a variable that is not there",
    policy({ validations: [{ expression: "variables.a" }] }),
    "FieldValueInvalid spec.validations[0].expression",
  ],
  [
    "variables that do not fit",
    policy({
      variables: [
        { name: "for", expression: "1" },
        { name: "a", expression: "variables.b" },
        { name: "b", expression: "" },
        { name: "b", expression: "1" },
      ],
    }),
    "FieldValueInvalid spec.variables[0].name",
    "FieldValueInvalid spec.variables[1].expression",
    "FieldValueRequired spec.variables[2].expression",
    "FieldValueDuplicate spec.variables[3].name",
  ],
  [
    "messages that nobody can read",
    policy({ validations: [{ expression: "true", message: "a\nb", messageExpression: "1" }] }),
    "FieldValueInvalid spec.validations[0].messageExpression",
    "FieldValueInvalid spec.validations[0].message",
  ],
  [
    "a long expression without a message",
    policy({ validations: [{ expression: "true &&\nfalse" }] }),
    "FieldValueRequired spec.validations[0].message",
  ],
  [
    "an unknown reason",
    policy({ validations: [{ expression: "true", reason: "Because" }] }),
    "FieldValueNotSupported spec.validations[0].reason",
  ],
  [
    "annotations that do not fit",
    policy({
      auditAnnotations: [
        { key: "", valueExpression: "'a'" },
        { key: "a", valueExpression: "1" },
        { key: "a", valueExpression: "" },
      ],
    }),
    "FieldValueRequired spec.auditAnnotations[0].key",
    "FieldValueInvalid spec.auditAnnotations[1].valueExpression",
    "FieldValueDuplicate spec.auditAnnotations[2].key",
    "FieldValueRequired spec.auditAnnotations[2].valueExpression",
  ],
]);

test("variables, parameters, the authorizer and the request can be spoken of", () => {
  const causes = messagesOf(
    validatingAdmissionPolicyKind,
    policy({
      paramKind: { apiVersion: "v1", kind: "ConfigMap" },
      variables: [
        { name: "max", expression: "int(params.data.max)" },
        { name: "isMore", expression: "object.spec.replicas > variables.max" },
      ],
      matchConditions: [{ name: "not-me", expression: "request.userInfo.username != 'me'" }],
      validations: [
        {
          expression:
            "!variables.isMore || authorizer.group('apps').resource('deployments').namespace('a').check('scale').allowed()",
          messageExpression: "'at most ' + string(variables.max) + ' in ' + namespaceObject.metadata.name",
        },
        { expression: "authorizer.requestResource.check('custom').allowed()" },
      ],
      auditAnnotations: [{ key: "replicas", valueExpression: "string(variables.max)" }],
    }),
  );
  assert.deepEqual(causes, []);
});

const binding = (more: object = {}) => ({ spec: { policyName: "a", validationActions: ["Deny"], ...more } });

testRefusals(validatingAdmissionPolicyBindingKind, [
  ["no policy", binding({ policyName: undefined }), "FieldValueRequired spec.policyName"],
  ["a policy of no name", binding({ policyName: "A_B" }), "FieldValueInvalid spec.policyName"],
  ["nothing that follows", binding({ validationActions: [] }), "FieldValueRequired spec.validationActions"],
  [
    "the same twice",
    binding({ validationActions: ["Deny", "Warn"] }),
    "FieldValueInvalid spec.validationActions",
  ],
  [
    "unknown actions",
    binding({ validationActions: ["Audit", "Audit", "Shout"] }),
    "FieldValueDuplicate spec.validationActions[1]",
    "FieldValueNotSupported spec.validationActions[2]",
  ],
  [
    "parameters by no name",
    binding({ paramRef: {} }),
    "FieldValueRequired spec.paramRef",
    "FieldValueRequired spec.paramRef.parameterNotFoundAction",
  ],
  [
    "parameters by name and by labels",
    binding({ paramRef: { name: "a", selector: {}, parameterNotFoundAction: "Deny" } }),
    "FieldValueForbidden spec.paramRef.name",
    "FieldValueForbidden spec.paramRef.selector",
  ],
  [
    "an unknown action",
    binding({ paramRef: { name: "a", parameterNotFoundAction: "Ask" } }),
    "FieldValueNotSupported spec.paramRef.parameterNotFoundAction",
  ],
  [
    "a rule without resources",
    binding({ matchResources: { resourceRules: [{ ...rule, resources: [] }] } }),
    "FieldValueRequired spec.matchResources.resourceRules[0].resources",
  ],
  [
    "a selector that says nothing",
    binding({
      matchResources: { namespaceSelector: { matchExpressions: [{ key: "a", operator: "Near" }] } },
    }),
    "FieldValueInvalid spec.matchResources.namespaceSelector.matchExpressions[0].operator",
  ],
]);

test("prints policies and bindings as kubectl knows them", () => {
  const cells = (kind: typeof validatingAdmissionPolicyKind, object: ValidatingAdmissionPolicy) =>
    kind.columns.slice(0, 3).map(({ of }) => of(object, 0));
  const params = policy({ paramKind: { apiVersion: "v1", kind: "ConfigMap" } });
  const made = created(validatingAdmissionPolicyKind, params) as ValidatingAdmissionPolicy;
  assert.deepEqual(cells(validatingAdmissionPolicyKind, made), ["test", 1, "v1/ConfigMap"]);
  const bound = created(
    validatingAdmissionPolicyBindingKind,
    binding({ paramRef: { name: "p", namespace: "n", parameterNotFoundAction: "Deny" } }),
  ) as ValidatingAdmissionPolicyBinding;
  assert.deepEqual(
    validatingAdmissionPolicyBindingKind.columns.slice(0, 3).map(({ of }) => of(bound, 0)),
    ["test", "a", "n/p"],
  );
});
