/** Health checks on real sockets. Each opens a connection of its own and leaves none behind. */
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Checks } from "../ports/checks.ts";

export const networkChecks: Checks = {
  tcp: ({ host, port }, signal) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host, port, signal });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.destroy();
        resolve();
      });
    }),
  http: async ({ scheme, host, port, path, headers }, signal) => {
    // Loaded when first needed: megabytes that most boards never use.
    const { request } = scheme === "https" ? await import("node:https") : await import("node:http");
    const { statusCode = 0 } = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { host, port, path, headers, signal, agent: false, rejectUnauthorized: false } as const;
      request(options, (response) => {
        response.destroy();
        resolve(response);
      })
        .once("error", reject)
        .end();
    });
    if (statusCode < 200 || statusCode >= 400)
      throw new Error(`HTTP probe failed with statuscode: ${statusCode}`);
  },
};
