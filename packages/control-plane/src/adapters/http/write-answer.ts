/** An answer on a connection that asked for an upgrade: there is no ServerResponse there, so it is written by hand. */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { isStream, type ApiResponse, type Headers } from "../../api/request.ts";

/** Ends the connection. */
export function writeAnswer(socket: Duplex, response: ApiResponse): Promise<void> {
  if (isStream(response)) {
    socket.destroy();
    return Promise.resolve();
  }
  const { status, headers, body } = response;
  socket.write(headText(status, { ...headers, connection: "close", "content-length": String(body.length) }));
  return new Promise((resolve) => {
    socket.end(body, () => resolve());
  });
}

/** The status line, the headers and the empty line. */
export function headText(status: number, headers: Headers): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}`),
  );
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...lines, "", ""].join("\r\n");
}
