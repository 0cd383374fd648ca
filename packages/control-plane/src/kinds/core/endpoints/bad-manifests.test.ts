import assert from "node:assert/strict";
import { test } from "node:test";
import type { Endpoints } from "@kubus/shared/api/core.ts";
import { endpointsKind } from "../../index.ts";
import { testRefusals } from "../../testing/cases.ts";
import { causesOf, created } from "../../testing/refusals.ts";

const endpoints = (...subsets: readonly object[]) => ({ subsets });
const at = (address: object, ports: readonly object[] = [{ port: 80 }]) =>
  endpoints({ addresses: [{ ip: "10.0.0.1", ...address }], ports });
const ip = "subsets[0].addresses[0].ip";

testRefusals(endpointsKind, [
  ["no addresses", endpoints({ ports: [{ port: 80 }] }), "FieldValueRequired subsets[0]"],
  ["an address that is none", at({ ip: "here" }), `FieldValueInvalid ${ip}`, `FieldValueInvalid ${ip}`],
  ["no address in particular", at({ ip: "0.0.0.0" }), `FieldValueInvalid ${ip}`],
  ["a loopback address", at({ ip: "127.0.0.1" }), `FieldValueInvalid ${ip}`],
  ["a link-local address", at({ ip: "169.254.169.254" }), `FieldValueInvalid ${ip}`],
  ["a multicast address", at({ ip: "ff02::1" }), `FieldValueInvalid ${ip}`],
  ["a host name that is none", at({ hostname: "A" }), "FieldValueInvalid subsets[0].addresses[0].hostname"],
  ["a node name that is none", at({ nodeName: "A b" }), "FieldValueInvalid subsets[0].addresses[0].nodeName"],
  ["port 0", at({}, [{ port: 0 }]), "FieldValueInvalid subsets[0].ports[0].port"],
  [
    "an unknown protocol",
    at({}, [{ port: 80, protocol: "ICMP" }]),
    "FieldValueNotSupported subsets[0].ports[0].protocol",
  ],
  [
    "two ports without names",
    at({}, [{ port: 80 }, { port: 81 }]),
    "FieldValueRequired subsets[0].ports[0].name",
    "FieldValueRequired subsets[0].ports[1].name",
  ],
  [
    "a protocol that cannot be",
    at({}, [{ port: 80, appProtocol: "a b" }]),
    "FieldValueInvalid subsets[0].ports[0].appProtocol",
  ],
]);

test("endpoints are accepted, filled in and printed", () => {
  assert.deepEqual(causesOf(endpointsKind, endpoints()), []);
  const many = ["10.0.0.1", "10.0.0.2", "fd00::1", "10.0.0.4"].map((address) => ({ ip: address }));
  const object = created(endpointsKind, endpoints({ addresses: many, ports: [{ port: 80 }] })) as Endpoints;
  assert.equal(object.subsets?.[0]?.ports?.[0]?.protocol, "TCP");
  const cell = endpointsKind.columns.find(({ name }) => name === "Endpoints");
  assert.equal(cell?.of(object, 0), "10.0.0.1:80,10.0.0.2:80,[fd00::1]:80 + 1 more...");
  assert.equal(cell.of({ ...object, subsets: [] }, 0), "<none>");
});
