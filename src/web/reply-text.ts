/** Words of the bridge before a reply are not longer than this. */
const MAX_FILLER_CHARS = 400;

/**
 * How much of a reply's text has been heard, in UTF-16 units.
 *
 * What is heard may begin with words that are not the reply's ("Just a moment…"), or end with some (an apology).
 */
export function heardLength(reply: string, heard: string): number {
  const most = Math.min(reply.length, heard.length);
  let common = 0;
  while (common < most && reply[common] === heard[common]) common++;
  if (common === heard.length) return common;
  const from = Math.max(0, heard.length - reply.length);
  for (let at = from; at <= Math.min(heard.length, MAX_FILLER_CHARS); at++)
    if (reply.startsWith(heard.slice(at))) return Math.max(common, heard.length - at);
  return common;
}
