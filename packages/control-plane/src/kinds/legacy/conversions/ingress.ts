/** Ingress before networking.k8s.io/v1: backends name service and port side by side. Pure. */
import type { Conversion } from "../../other-version.ts";
import { changed, changedEach, fieldsIn, inSpec, isFields, omit, said, type Fields } from "../fields.ts";

const inPaths = (spec: Fields, change: (path: Fields) => Fields): Fields =>
  changedEach(spec, "rules", (rule) => changed(rule, "http", (http) => changedEach(http, "paths", change)));

const renamed = (spec: Fields, from: string, to: string): Fields => {
  const { [from]: value, ...rest } = spec;
  return value === undefined ? spec : { ...rest, [to]: value };
};

export const readIngress: Conversion = inSpec((spec) =>
  changed(
    renamed(
      inPaths(spec, (path) => ({
        ...changed(path, "backend", readBackend),
        pathType: path["pathType"] || "ImplementationSpecific",
      })),
      "backend",
      "defaultBackend",
    ),
    "defaultBackend",
    readBackend,
  ),
);

export const writeIngress: Conversion = inSpec((spec) =>
  changed(
    renamed(
      inPaths(spec, (path) => changed(path, "backend", writeBackend)),
      "defaultBackend",
      "backend",
    ),
    "backend",
    writeBackend,
  ),
);

function readBackend(backend: Fields): Fields {
  const { serviceName: name, servicePort: port } = backend;
  const rest = omit(backend, "serviceName", "servicePort");
  if (name === undefined && port === undefined) return rest;
  const named = typeof port === "string" ? { name: port } : { number: port };
  return { ...rest, service: said({ name, port: port === undefined ? undefined : named }) };
}

function writeBackend(backend: Fields): Fields {
  const { service } = backend;
  if (!isFields(service)) return backend;
  const port = fieldsIn(service, "port");
  return said({
    ...omit(backend, "service"),
    serviceName: service["name"],
    servicePort: port["name"] ?? port["number"],
  });
}
