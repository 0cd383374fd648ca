/** Whether something answers at an address, from the machine itself. */
import { connect } from "node:net";

const timeoutMs = 1_000;

export const canReach = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const settle = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", settle(true));
    socket.on("error", settle(false));
    socket.on("timeout", settle(false));
  });
