import { type Edit, edits } from './mapped-text.js';

const SKIN_AND_FORM = '[\\ufe0e\\ufe0f\\u20e3\\u{1f3fb}-\\u{1f3ff}\\u{e0020}-\\u{e007f}]*';
const PICTURE = `(?:\\p{RI}\\p{RI}|(?![#*0-9©®™])\\p{Emoji}|\\p{Extended_Pictographic}|\\p{RI})${SKIN_AND_FORM}`;
/** By Unicode's own properties, so that emoji to come are known too; © ® ™ without a form are signs. */
const EMOJI = new RegExp(`(?![©®™](?!\\ufe0f))${PICTURE}(?:\\u200d${PICTURE})*`, 'gu');
const KEYCAP = /([0-9#*])\ufe0f?\u20e3/g;
/** What an emoji leaves when it was cut. */
const LEFTOVERS = /[\u200d\ufe00-\ufe0f\u20e3\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]/gu;

/** Emoji are dropped; a keycap is its digit. */
export function emojiEdits(text: string): Edit[] {
  return [
    ...edits(text, KEYCAP, ([, key = '']) => (/\d/.test(key) ? key : '')),
    ...edits(text, EMOJI, () => ''),
    ...edits(text, LEFTOVERS, () => ''),
  ];
}

/** What faces are drawn with and sentences in brackets are not. */
const FACE_PARTS =
  /[\\^＾;；:<>≧≦@´｀`˘ω∀Дд◕◡•ಠ益▽△□○●◎◉⊙ಥ╥﹏︵♡♥☆★°º・･ε≡゜*＊｡+╹╯╰╬≖‿_＿￣¯‾ˊˋз¬∇Θσ∂∩⌒=T－-]/gu;
/** Eyes and mouths that are letters elsewhere. */
const FACE_LETTERS = /[TQoOxXvVuwnmzωДдεзσΘツシノヮヘへエロｰー\p{Lm}\p{Sk}\p{M}]/gu;
const BRACKETS =
  /(?:(?<![A-Za-z])[＼\\ヽヾ٩ᕙ┐щლ⊂♪☆¯_mo]{1,3})?[(（]([^()（）\n]{1,14})[)）](?:[bdoOmzZ](?![A-Za-z])|[／/ノﾉ۶و੭ᕗ┌┘┓♡♪☆彡シゞ〜～~ゝ⊃¯]{0,4})/gu;
/** ¯\_(ツ)_/¯ and (ﾉ◕ヮ◕)ﾉ*:･ﾟ✧ have one part of a face at most. */
const KNOWN_FACES =
  /¯\\*_*[(（]ツ[)）]_*\/¯|[(（]ツ[)）]|[(（]\s?[(（][^()（）\n]{1,10}[)）]\s?[)）](?=[^\p{L}]|$)|\bm\(_ _\)m\b/gu;
const BARE_FACES =
  /(?<![\p{Script=Latin}\p{N}])(?:\^[_.oO-]?\^;?|[TQ][_.][TQ]|>[_.]<|-[_.]-;?|=[_.]=|[oO]_[oO]|;[_-];|x_x|\\o\/|orz|OTZ|Orz)(?![\p{Script=Latin}\p{N}])/gu;
/** What may be a colon before a bracket or a letter needs more room than what cannot. */
const WESTERN_FACES: readonly RegExp[] = [
  /(?<![\p{Script=Latin}\p{N}:;/])(?:[:;=]['’]?-?[)DPp\\/|*\]}@$]|[xX]D|<3+|<\/3)(?![\p{Script=Latin}\p{N}/])/gu,
  /(?<![\p{L}\p{N}:;/])[:;=]['’]?-?[(Oo3[{xX](?![\p{L}\p{N}/])/gu,
];
/** （笑）, (泣), and w, www or 草 at the end of a Japanese sentence. */
const LAUGHS =
  /[(（](?:笑い?|爆笑?|泣き?|汗|怒|涙|照れ?|苦笑|嬉|喜|驚|嘘|謎|草|w+)[)）]|(?<=[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}ー。！？!?])[wｗ]+(?![\p{L}\p{N}])/gu;

const FACES: readonly RegExp[] = [BARE_FACES, ...WESTERN_FACES, LAUGHS];

/** Faces made of characters, of Japan and of the West, and written laughter are dropped. */
export function kaomojiEdits(text: string): Edit[] {
  const inBrackets = edits(text, BRACKETS, ([, inside = '']) => (isFace(inside) ? '' : undefined));
  const known = edits(text, KNOWN_FACES, () => '');
  return [...known, ...inBrackets, ...FACES.flatMap((pattern) => edits(text, pattern, () => ''))];
}

/** Two parts of a face at least, and nothing that could be read. */
function isFace(inside: string): boolean {
  const parts = inside.match(FACE_PARTS)?.length ?? 0;
  return parts >= 2 && !/[\p{L}\p{N}。！？、,!?]/u.test(inside.replace(FACE_LETTERS, ''));
}
