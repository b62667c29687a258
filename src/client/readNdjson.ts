/** The records of an NDJSON body as they arrive. Empty lines are passed over. */
export async function* readNdjson(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown[]> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    const records = lines.filter(line => line !== '').map(line => JSON.parse(line) as unknown)
    if (records.length > 0) yield records
  }
}
