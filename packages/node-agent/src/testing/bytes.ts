/** Whole streams of bytes, for tests. */
export async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

export const textOf = async (source: AsyncIterable<Uint8Array>): Promise<string> =>
  (await bytesOf(source)).toString();
