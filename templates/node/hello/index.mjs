/** `event` is the parsed JSON of the request, or null when its body is empty. What is returned is answered as JSON. */
export async function handler(event, context) {
  const name = event?.name ?? 'world'
  // Each line that is printed appears in the function's log, tied to this call.
  console.log(`greeting ${name}`)
  return {
    message: `${process.env.GREETING ?? 'Hello'}, ${name}`,
    function: context.functionName,
    revision: context.revision,
  }
}
