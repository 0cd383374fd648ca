/**
 * apiextensions.k8s.io/v1beta1: what was said once for all versions is said for each of them, and back where all
 * versions say the same. Fields that no schema speaks of were kept, so they still are. Pure.
 */
import { isDeepStrictEqual } from "node:util";
import { withDefaults } from "../../../api/defaults.ts";
import type { Conversion } from "../../other-version.ts";
import {
  changed,
  changedEach,
  fieldsIn,
  inSpec,
  isFields,
  listIn,
  omit,
  said,
  type Fields,
} from "../fields.ts";

/** Said once for all versions, or in each: its name there and here. */
const shared = [
  ["validation", "schema"],
  ["subresources", "subresources"],
  ["additionalPrinterColumns", "additionalPrinterColumns"],
] as const;

const preserve = "x-kubernetes-preserve-unknown-fields";

export const readCustomResourceDefinition: Conversion = inSpec((spec) => {
  const { version, preserveUnknownFields = true } = spec;
  const rest = omit(spec, "version", "preserveUnknownFields", ...shared.map(([name]) => name));
  const own = listIn(spec, "versions");
  const versions = own.length > 0 ? own : [{ name: version, served: true, storage: true }];
  const common = said(Object.fromEntries(shared.map(([top, each]) => [each, spec[top]])));
  return {
    ...changed(withDefaults(rest, { scope: "Namespaced" }), "conversion", readWebhook),
    versions: versions.map((one) =>
      changedEach(
        withSchema(withDefaults(one, common), preserveUnknownFields === true),
        ...columns(readColumn),
      ),
    ),
  };
});

/** Today every version has a schema; what it does not speak of is kept when it says so. */
function withSchema(version: Fields, isPreserving: boolean): Fields {
  const schema = fieldsIn(fieldsIn(version, "schema"), "openAPIV3Schema");
  const kept = isPreserving ? { [preserve]: true } : {};
  return { ...version, schema: { openAPIV3Schema: { type: "object", ...schema, ...kept } } };
}

export const writeCustomResourceDefinition: Conversion = inSpec((spec) => {
  const versions = listIn(spec, "versions").map((one) => changedEach(one, ...columns(writeColumn)));
  const [first] = versions;
  if (first === undefined) return spec;
  const common = shared.filter(([, each]) =>
    versions.every((one) => isDeepStrictEqual(one[each], first[each])),
  );
  const top = Object.fromEntries(common.map(([name, each]) => [name, first[each]]));
  return said({
    ...changed(spec, "conversion", writeWebhook),
    version: first["name"],
    versions: versions.map((one) => omit(one, ...common.map(([, each]) => each))),
    // What is kept stands in the schema.
    preserveUnknownFields: false,
    ...top,
  });
});

const columns = (change: (column: Fields) => Fields) => ["additionalPrinterColumns", change] as const;
const readColumn = (column: Fields): Fields =>
  said({ ...omit(column, "JSONPath"), jsonPath: column["JSONPath"] });
const writeColumn = (column: Fields): Fields =>
  said({ ...omit(column, "jsonPath"), JSONPath: column["jsonPath"] });

function readWebhook(conversion: Fields): Fields {
  const { webhookClientConfig: clientConfig, conversionReviewVersions, ...rest } = conversion;
  if (clientConfig === undefined && conversionReviewVersions === undefined) return rest;
  return {
    ...rest,
    webhook: said({ clientConfig, conversionReviewVersions: conversionReviewVersions ?? ["v1beta1"] }),
  };
}

function writeWebhook(conversion: Fields): Fields {
  const { webhook, ...rest } = conversion;
  if (!isFields(webhook)) return rest;
  const { clientConfig, conversionReviewVersions } = webhook;
  return said({ ...rest, webhookClientConfig: clientConfig, conversionReviewVersions });
}
