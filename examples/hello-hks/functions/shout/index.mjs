export async function handler(event, context) {
  const text = event?.text
  if (typeof text !== 'string') {
    return context.response(400, {}, { error: 'send {"text": "…"}' })
  }
  console.log(`shouting ${text.length} characters`)
  return { text: `${text.toUpperCase()}!` }
}
