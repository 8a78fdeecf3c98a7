/** How browsers write a frame of the microphone, up to its sound. @source aiavatarkit (272548e), examples/websocket/html/aiavatar.js */
export function microphonePrefix(sessionId: string): string {
  return `{"type":"data","session_id":${JSON.stringify(sessionId)},"audio_data":"`;
}

const END = '"}';
const QUOTE = '"';
const ESCAPE = '\\';

/**
 * The base64 in a frame of a microphone, without reading JSON: there are sixty a second of every client.
 *
 * @param prefix - of `microphonePrefix`.
 * @returns undefined for frames that are written in any other way, or hold no sound: those must be read as JSON.
 */
export function microphoneText(text: string, prefix: string): string | undefined {
  const from = prefix.length;
  const to = text.length - END.length;
  if (from >= to || !text.startsWith(prefix) || !text.endsWith(END)) return undefined;
  // The first quotation mark ends the text, and nothing in it stands for something else.
  if (text.indexOf(QUOTE, from) !== to || text.includes(ESCAPE, from)) return undefined;
  return text.slice(from, to);
}
