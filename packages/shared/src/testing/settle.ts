/** Lets everything that is ready to run do so: promises, and promises that those start. */
const rounds = 10;

export async function settle(): Promise<void> {
  for (let i = 0; i < rounds; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
