// Reads a file of text, however a spreadsheet has saved it.

// Answers {text, encoding}: UTF-8 unless its bytes say otherwise. What is no UTF-8 is taken for Windows-1252, in which
// every byte is a character: that is a guess, and people must know that it is one.
export async function readTextFile(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const mark = (bytes[0] << 8) | bytes[1];
  if (mark === 0xfffe) return { text: new TextDecoder("utf-16le").decode(bytes), encoding: "UTF-16" };
  if (mark === 0xfeff) return { text: new TextDecoder("utf-16be").decode(bytes), encoding: "UTF-16" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "UTF-8" };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(bytes), encoding: "Windows-1252" };
  }
}
