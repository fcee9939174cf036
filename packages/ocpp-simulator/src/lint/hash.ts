/** FNV-1a with 32 bits: enough to tell a retry from another message under its id, without keeping the message. */
export const hash = (text: string): number => {
  let code = 0x811c9dc5
  for (let i = 0; i < text.length; i++) code = Math.imul(code ^ text.charCodeAt(i), 0x01000193)
  return code
}
