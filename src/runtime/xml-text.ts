/** XML 1.0 knows no other characters below a blank, nor lone surrogates and the two at the end of the plane. */
const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * Text as it stands in XML, between tags and in attributes alike: nothing in it is markup, and what XML cannot hold is left out.
 *
 * @source XML 1.0 sections 2.2 and 2.4
 */
export function xmlText(text: string): string {
  return text.replace(NOT_XML, '').replace(/[&<>"']/g, (letter) => NAMED[letter] ?? letter);
}
