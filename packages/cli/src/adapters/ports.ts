/** TCP ports of this machine. */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

/** A port that is free at this moment. Somebody else may take it before it is used. */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
