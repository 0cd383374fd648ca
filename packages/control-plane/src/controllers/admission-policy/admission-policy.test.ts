import assert from "node:assert/strict";
import { test } from "node:test";
import type { ValidatingAdmissionPolicy } from "@kubus/shared/api/admissionregistration.ts";
import { validatingAdmissionPolicyKind } from "../../kinds/index.ts";
import { aCluster } from "../testing/cluster.ts";
import { admissionPolicyController } from "./controller.ts";

const about = (apiGroup: string, ...resources: readonly string[]) => ({
  resourceRules: [{ operations: ["CREATE"], apiGroups: [apiGroup], apiVersions: ["v1"], resources }],
});

async function checked(spec: ValidatingAdmissionPolicy["spec"]) {
  const cluster = await aCluster([admissionPolicyController]);
  await cluster.create(validatingAdmissionPolicyKind, { metadata: { name: "rule" }, spec });
  const read = () =>
    cluster.cache.get<ValidatingAdmissionPolicy>(validatingAdmissionPolicyKind, undefined, "rule")?.status ??
    assert.fail();
  return { cluster, read };
}

test("says which expression speaks of a field that a kind has not", async () => {
  const { read } = await checked({
    matchConstraints: about("apps", "deployments", "statefulsets"),
    variables: [{ name: "count", expression: "object.spec.replicas" }],
    validations: [
      { expression: "variables.count <= 5" },
      { expression: "object.spec.strategy.type == 'Recreate'" },
      { expression: "object.spec.replicas == 'five'" },
    ],
  });
  const { observedGeneration, typeChecking } = read();
  assert.equal(observedGeneration, 1);
  const warnings = typeChecking?.expressionWarnings ?? [];
  assert.deepEqual(
    warnings.map(({ fieldRef }) => fieldRef),
    ["spec.validations[2].expression", "spec.validations[1].expression"],
  );
  assert.match(
    warnings[1]?.warning ?? "",
    /^apps\/v1, Kind=StatefulSet: ERROR: <input>:1:12: undefined field 'strategy'/,
  );
  assert.equal(warnings[0]?.warning.match(/no matching overload/g)?.length, 2);
});

test("has nothing to say of what may be right, and looks again at each generation", async () => {
  const { cluster, read } = await checked({
    paramKind: { apiVersion: "v1", kind: "ConfigMap" },
    matchConstraints: about("", "pods"),
    validations: [
      { expression: "object.spec.containers.all(c, c.image.startsWith(params.data.registry))" },
      {
        expression:
          "object.metadata.labels['app'] != '' && quantity(object.spec.containers[0].resources.limits['cpu']).isInteger()",
      },
    ],
  });
  assert.deepEqual(read(), { observedGeneration: 1, typeChecking: {} });
  const validations = [{ expression: "object.spec.none" }];
  await cluster.objects.patch(validatingAdmissionPolicyKind, { name: "rule" }, { spec: { validations } });
  await cluster.rest();
  assert.equal(read().observedGeneration, 2);
  assert.equal(read().typeChecking?.expressionWarnings?.length, 1);
});
