import assert from "node:assert/strict";
import { test } from "node:test";
import { causesOf, causesOfUpdate, created, messagesOf } from "../testing/refusals.ts";
import { endpointSliceKind } from "./index.ts";

const endpoint = { addresses: ["10.0.0.1"] };
const of = (more: object = {}) => ({
  addressType: "IPv4",
  endpoints: [endpoint],
  ports: [{ port: 80 }],
  ...more,
});
const withAddress = (address: string, addressType = "IPv4") =>
  of({ addressType, endpoints: [{ addresses: [address] }] });
const withEndpoint = (more: object) => of({ endpoints: [{ ...endpoint, ...more }] });
const withPorts = (...ports: object[]) => of({ ports });
const times = <T>(count: number, make: (i: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, i) => make(i));

test("endpoint slice: what is accepted", () => {
  for (const good of [
    of(),
    of({ endpoints: [], ports: undefined }),
    withAddress("2001:db8::1", "IPv6"),
    withAddress("web.example.", "FQDN"),
    withEndpoint({
      nodeName: "board-1",
      zone: "attic",
      hostname: "web-0",
      hints: { forZones: [{ name: "attic" }] },
    }),
    withPorts({ name: "a", port: 1 }, { name: "b", protocol: "UDP", appProtocol: "example.com/x" }, {}),
  ])
    assert.deepEqual(messagesOf(endpointSliceKind, good), []);
});

test("endpoint slice: what is refused", () => {
  const [address, at, port] = ["endpoints[0].addresses[0]", "endpoints[0]", "ports[0]"];
  const cases: readonly (readonly [object, ...string[]])[] = [
    [{}, "FieldValueRequired addressType"],
    [of({ addressType: "IP" }), "FieldValueNotSupported addressType"],
    [of({ endpoints: [{}] }), `FieldValueRequired ${at}.addresses`],
    [of({ endpoints: times(1_001, () => endpoint) }), "FieldValueTooMany endpoints"],
    [
      of({ endpoints: [{ addresses: times(101, (i) => `10.0.0.${i}`) }] }),
      `FieldValueTooMany ${at}.addresses`,
    ],
    [withAddress("web"), `FieldValueInvalid ${address}`, `FieldValueInvalid ${address}`],
    [withAddress("2001:db8::1"), `FieldValueInvalid ${address}`],
    [withAddress("10.0.0.1", "IPv6"), `FieldValueInvalid ${address}`],
    [withAddress("127.0.0.1"), `FieldValueInvalid ${address}`],
    [withAddress("169.254.1.1"), `FieldValueInvalid ${address}`],
    [withAddress("fe80::1", "IPv6"), `FieldValueInvalid ${address}`],
    [withAddress("web", "FQDN"), `FieldValueInvalid ${address}`],
    [withAddress("", "FQDN"), `FieldValueRequired ${address}`],
    [withAddress("A.example", "FQDN"), `FieldValueInvalid ${address}`],
    [withAddress(`${"a".repeat(64)}.example`, "FQDN"), `FieldValueInvalid ${address}`],
    [withEndpoint({ nodeName: "Board" }), `FieldValueInvalid ${at}.nodeName`],
    [withEndpoint({ hostname: "a.b" }), `FieldValueInvalid ${at}.hostname`],
    [withEndpoint({ deprecatedTopology: { "a b": "c" } }), `FieldValueInvalid ${at}.deprecatedTopology`],
    [
      withEndpoint({ deprecatedTopology: Object.fromEntries(times(17, (i) => [`k${i}`, ""])) }),
      `FieldValueTooMany ${at}.deprecatedTopology`,
    ],
    [
      withEndpoint({ hints: { forZones: [{ name: "a" }, { name: "a" }] } }),
      `FieldValueDuplicate ${at}.hints.forZones[1].name`,
    ],
    [
      withEndpoint({ hints: { forZones: [{ name: "a b" }] } }),
      `FieldValueInvalid ${at}.hints.forZones[0].name`,
    ],
    [
      withEndpoint({ hints: { forZones: times(9, (i) => ({ name: `z${i}` })) } }),
      `FieldValueTooMany ${at}.hints.forZones`,
    ],
    [withPorts({ name: "A" }), `FieldValueInvalid ${port}.name`],
    [withPorts({ name: "a" }, { name: "a" }), "FieldValueDuplicate ports[1].name"],
    [withPorts({ port: 1 }, { port: 2 }), "FieldValueDuplicate ports[1].name"],
    [withPorts({ protocol: "ICMP" }), `FieldValueNotSupported ${port}.protocol`],
    [withPorts({ appProtocol: "a b" }), `FieldValueInvalid ${port}.appProtocol`],
  ];
  for (const [manifest, ...causes] of cases)
    assert.deepEqual(causesOf(endpointSliceKind, manifest), causes, JSON.stringify(manifest).slice(0, 300));
});

test("endpoint slice: the type of its addresses stays", () => {
  assert.deepEqual(causesOfUpdate(endpointSliceKind, withAddress("2001:db8::1", "IPv6"), of()), [
    "FieldValueInvalid addressType",
  ]);
  assert.deepEqual(causesOfUpdate(endpointSliceKind, of({ endpoints: [] }), of()), []);
});

test("endpoint slice: ports have a protocol and a name, though it may be empty", () => {
  const { ports } = created(endpointSliceKind, of()) as unknown as { ports: object };
  assert.deepEqual(ports, [{ port: 80, name: "", protocol: "TCP" }]);
});

test("endpoint slice: as kubectl prints it", () => {
  const cells = (object: object) =>
    endpointSliceKind.columns
      .slice(2, 4)
      .map((column) => column.of(created(endpointSliceKind, object) as never, 0));
  assert.deepEqual(cells(of()), ["80", "10.0.0.1"]);
  assert.deepEqual(cells({ addressType: "IPv4" }), ["<unset>", "<unset>"]);
  const addresses = times(5, (i) => ({ addresses: [`10.0.0.${i}`] }));
  assert.deepEqual(cells(of({ endpoints: addresses, ports: [{}] })), [
    "*",
    "10.0.0.0,10.0.0.1,10.0.0.2 + 2 more...",
  ]);
});
