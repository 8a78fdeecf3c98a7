import { CHARACTER_REFERENCE, characterOf, matchesOf } from '../runtime/index.js';
import { type Edit, edits } from './mapped-text.js';

/** Tags of this product and its kin, whose value may hold blanks: `[vision: the front camera]`. */
const TAG_NAMES =
  'face|expression|emotion|mood|animation|motion|gesture|pose|action|pause|wait|break|language|lang|voice|style|speed|pitch|volume|vision|camera|look|gaze|sound|se|bgm|stage|operator|artifact|message|tool';
/** What stands inside is for machines, or is a model's thinking. */
const MACHINE_ELEMENTS =
  'think|thinking|thought|reasoning|reflection|analysis|scratchpad|script|style|svg|template|noscript';
/** Models begin to think and are cut off: what follows is not for ears. */
const THINKING = 'think|thinking|thought|reasoning|scratchpad';

const MACHINE_OPEN = new RegExp(`<(${MACHINE_ELEMENTS})(?=[\\s/>])[^<>]*(?<!/)>`, 'gi');
const HIDDEN: readonly RegExp[] = [
  /<!--[\s\S]*?(?:-->|$)/g,
  new RegExp(`<(${THINKING})(?=[\\s>])[^<>]*(?<!/)>[\\s\\S]*$`, 'gi'),
  // Marks of chat templates: <|im_end|>, <｜tool▁calls｜>.
  /<[|｜][^<>|｜\n]{0,80}[|｜]>/g,
  new RegExp(`\\[/?(?:${TAG_NAMES})(?:\\s*[:=：][^\\[\\]\\n]{0,300})?\\s*/?\\](?!\\()`, 'gi'),
  /\[\/?[A-Za-z][\w.-]{0,40}\s*[:=：]\s?[^\s[\]]{1,200}\](?!\()/g,
  // Cut off in the middle.
  new RegExp(`\\[(?:${TAG_NAMES})\\s*[:=：][^\\[\\]\\n]{0,300}$`, 'gi'),
  /\[[A-Za-z][\w.-]{0,40}[:=：][^\s[\]]{0,200}$/g,
  // Where an answer comes from: 【4†source】, [^1], [12].
  /【\d{1,4}[†:][^【】]{0,120}】/g,
  /\[\^[^\]\n]{1,40}\]:?/g,
  /(?<=\S)\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\](?![([:])/g,
];

/** What is for machines and must not be spoken: control tags, comments, a model's thinking, template marks, citations. */
export function hiddenEdits(text: string): Edit[] {
  const [comments, ...others] = HIDDEN.map((pattern) => edits(text, pattern, () => ''));
  return [...(comments ?? []), ...machineEdits(text), ...others.flat()];
}

/** Elements for machines with all they hold. An end that is nowhere is looked for once, not behind every beginning. */
function machineEdits(text: string): Edit[] {
  const found: Edit[] = [];
  const endless = new Set<string>();
  let done = 0;
  for (const { 0: opening, 1: written = '', index } of matchesOf(text, MACHINE_OPEN)) {
    const name = written.toLowerCase();
    if (index < done || endless.has(name)) continue;
    const closing = new RegExp(`</${name}\\s*>`, 'gi');
    closing.lastIndex = index + opening.length;
    if (closing.test(text)) {
      done = closing.lastIndex;
      found.push({ from: index, to: done, text: '' });
    } else endless.add(name);
  }
  return found;
}

/** `<b>`, `</face>`, `<break time="1s"/>`, `<!DOCTYPE …>`: what the Markdown parser left, and a tag that is cut off at the end. */
const XML_TAG = /<(?:\/?[A-Za-z][\w:.-]*(?:\s[^<>]*)?\/?|[!?][^<>]*)(?:>|$)/g;
/** These break a line. */
const LINE_TAG = /^<\/?(?:br|p|div|li|ul|ol|tr|table|h[1-6]|section|article|blockquote|hr)\b/i;

/** HTML and XML tags. @param breakBy - what stands where one breaks the line. */
export function xmlEdits(text: string, breakBy: string): Edit[] {
  return edits(text, XML_TAG, ([tag]) => (LINE_TAG.test(tag) ? breakBy : ''));
}

/** `&amp;`, `&#12354;`, `&#x3042;`; control characters are left out. */
export function characterEdits(text: string): Edit[] {
  return edits(text, CHARACTER_REFERENCE, ([, decimal, hex, name]) => {
    const said = characterOf(decimal, hex, name);
    return said !== undefined && said < ' ' ? '' : said;
  });
}
