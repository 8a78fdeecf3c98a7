import { type Edit, edits } from './mapped-text.js';
import type { RunLanguage } from './split-languages.js';

/** Pattern, what an English voice says, what a Japanese voice says. */
type Row = readonly [RegExp, string, string];

const BEFORE = '(?<=[\\p{L}\\p{N})）])';
/** A row of blanks, tried from its first alone: from each it would take the square of its length. */
const BLANKS = '(?:(?<!\\s)\\s+)?';
const AFTER = '(?=[-\\p{L}\\p{N}(（])';

/** Signs with a meaning between two things; before numbers become words, since numbers show what a sign means. */
const OPERATORS: readonly Row[] = [
  [/(?<![A-Za-z])([CcFf])#(?![A-Za-z0-9])/gu, '$1 sharp', '$1シャープ'],
  [/(?<![A-Za-z])([CcGg])\+\+(?![A-Za-z0-9+])/gu, '$1 plus plus', '$1プラスプラス'],
  [/(?<=[\p{L}\p{N})])\^2(?!\d)/gu, ' squared', 'の2乗'],
  [/(?<=[\p{L}\p{N})])\^3(?!\d)/gu, ' cubed', 'の3乗'],
  [/(?<=[\p{L}\p{N})])\^\{?(?=-?[\p{L}\p{N}])/gu, ' to the power of ', 'かける'],
  [between('(?:<=|≤|≦)'), ' is at most ', '小なりイコール'],
  [between('(?:>=|≥|≧)'), ' is at least ', '大なりイコール'],
  [between('(?:!=|≠)'), ' is not equal to ', 'ノットイコール'],
  [between('(?:≈|≒)'), ' is about ', 'ニアリーイコール'],
  [between('={1,3}'), ' equals ', 'イコール'],
  [new RegExp(`${BEFORE}\\s*\\+\\s*${AFTER}`, 'gu'), ' plus ', 'プラス'],
  [/(?<=[\d)])\s*[*×✕]\s*(?=[\d(])/gu, ' times ', 'かける'],
  [/(?<=[\p{L}\p{N})])\s*×\s*(?=[\p{L}\p{N}(])/gu, ' by ', 'かける'],
  [between('÷'), ' divided by ', 'わる'],
  [new RegExp(`${BLANKS}±\\s*`, 'gu'), ' plus or minus ', 'プラスマイナス'],
  [/(?<=\d) [-−] (?=\d)/gu, ' minus ', 'マイナス'],
  [/(?<=[\p{L}\p{N})] )<(?= [\p{L}\p{N}(])/gu, 'is less than', '小なり'],
  [/(?<=[\p{L}\p{N})] )>(?= [\p{L}\p{N}(])/gu, 'is greater than', '大なり'],
  [/(?<![\d\p{L}])[~〜～≈](?=\s?\d)/gu, 'about ', '約'],
  [/√(?=\s?[\p{L}\p{N}(])/gu, 'the square root of ', 'ルート'],
  [/∞/gu, ' infinity ', '無限大'],
  [new RegExp(`${BLANKS}&{1,3}\\s*`, 'gu'), ' and ', 'アンド'],
  [/(?<=[\p{L}\p{N}])\s*@\s*(?=[\p{L}\p{N}])/gu, ' at ', 'アット'],
  [/@(?=[\p{L}\p{N}])/gu, 'at ', 'アット'],
  [/§\s?/gu, 'section ', 'セクション'],
  [/(?<=[\p{L}\p{N}])\.(?=[a-z][\p{L}\p{N}]*)(?<![\p{L}\p{N}]\.[a-z]\.)/gu, ' dot ', 'ドット'],
];

/** After numbers became words. What is not named here and is no letter, number or sign of a sentence is dropped. */
const LEFT: readonly Row[] = [
  [/~{2,}/gu, '', ''],
  [/\\[a-z]+(?=[\s{([\\]|$)/gu, ' ', ' '],
  [/%/gu, ' percent ', 'パーセント'],
  [/°/gu, ' degrees ', '度'],
  [new RegExp(`${BLANKS}[→⇒➡⟶←⇐↔⇔↑↓➔➜]\\s*`, 'gu'), ', ', '、'],
  [new RegExp(`${BLANKS}(?:[—―─–]+|--+)\\s*`, 'gu'), ', ', '、'],
  [/(?<!\s)\s+-+(?=\s|$)|(?<=^|\s)-+\s*/gu, ', ', '、'],
  [/(?<=[\p{Script=Hiragana}\p{Script=Katakana}ー])[〜～~]+/gu, 'ー', 'ー'],
  [/\.{2,}|。{2,}|…+|‥+/gu, '…', '…'],
  [new RegExp(`${BLANKS}[•‣◦▪●■◆◇○□★☆※✓✔✗✘]\\s*`, 'gu'), ' ', ' '],
  [/[‹›«»]/gu, '"', '"'],
  [/[_/|~*#`=<>{}[\]\\^@【】〔〕〈〉《》〖〗]/gu, ' ', ' '],
];
/** Everything else that is not spoken: currency signs alone, pictures, ornaments, letters' marks without a letter. */
const UNSPOKEN = /[^\p{L}\p{M}\p{N}\s.,;:!?'"()…、。！？・ー「」『』（）〜，．-]|(?<![\p{L}\p{M}])\p{M}+/gu;

/** In languages of which the product knows no words, the signs their engines read. */
const KEPT_ELSEWHERE = /[%&+°$€£¥]/;

/** Signs between numbers and words, in words. */
export function operatorEdits(text: string, languageAt: (position: number) => RunLanguage): Edit[] {
  return OPERATORS.flatMap((row) => rowEdits(text, row, languageAt));
}

/** Signs that are left: words for some, nothing for the others. */
export function leftoverEdits(text: string, languageAt: (position: number) => RunLanguage): Edit[] {
  const unspoken = edits(text, UNSPOKEN, ({ 0: sign, index }) =>
    KEPT_ELSEWHERE.test(sign) && languageAt(index) === 'other' ? undefined : ' ',
  );
  return [...LEFT.flatMap((row) => rowEdits(text, row, languageAt)), ...unspoken];
}

function rowEdits(
  text: string,
  [pattern, english, japanese]: Row,
  languageAt: (position: number) => RunLanguage,
): Edit[] {
  return edits(text, pattern, (match) => {
    const language = languageAt(match.index);
    if (language === 'other' && /\p{L}/u.test(english)) return undefined;
    return (language === 'ja' ? japanese : english).replace('$1', match[1] ?? '');
  });
}

function between(sign: string): RegExp {
  return new RegExp(`${BEFORE}\\s*${sign}\\s*${AFTER}`, 'gu');
}
