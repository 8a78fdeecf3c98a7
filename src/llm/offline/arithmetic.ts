/** A result, or that there is none. */
export type Sum = { readonly value: number } | { readonly fault: 'zero' };

/** What may stand around a sum that is asked for. */
const BEFORE =
  /^(?:(?:and|so|now|ok|hey)[, ]+)?(?:please )?(?:what(?:'s| is| are)|how much (?:is|are)|calculate|compute|work out)\s+/i;
const AFTER =
  /\s*(?:=|は|って)?\s*(?:いくつ|いくら|何|なに|なん|幾つ|答えは|を?計算して|を?教えて)?\s*(?:になりますか|になる|ですか|でしょうか|かな|ください|下さい|please)?\s*[?。.!=]*\s*$/i;

/** A date or a telephone number, written without blanks. */
const NO_SUM = /\d(?:-\d+){2,}|\d(?:\/\d+){2,}/;

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\s*(?:plus|足す|たす|プラス)\s*/gi, '+'],
  [/\s*(?:minus|引く|ひく|マイナス)\s*/gi, '-'],
  [/\s*(?:times|multiplied by|掛ける|かける|×)\s*/gi, '*'],
  [/\s*(?:divided by|over|割る|わる|÷)\s*/gi, '/'],
];

const UNITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries([...'〇一二三四五六七八九'].map((letter, value) => [letter, value])),
  ...Object.fromEntries(
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
      .split(' ')
      .map((word, value) => [word, value]),
  ),
  ...Object.fromEntries(
    'twenty thirty forty fifty sixty seventy eighty ninety'
      .split(' ')
      .map((word, at) => [word, (at + 2) * 10]),
  ),
};

/**
 * A small sum in words or signs, when the words are nothing but that: `what is 3 plus 4?`, `12×3は?`. Signs bind as usual; there are no
 * brackets.
 *
 * @returns undefined when it is none.
 */
export function sumIn(words: string): Sum | undefined {
  if (NO_SUM.test(words)) return undefined;
  let text = words.replace(BEFORE, '').replace(AFTER, '');
  for (const [word, sign] of WORDS) text = text.replace(word, sign);
  text = text.replace(/[〇一二三四五六七八九十百千]+/g, (kanji) => String(kanjiNumber(kanji)));
  text = text.replace(/\b[a-z]+(?:-[a-z]+)?\b/gi, (word) => wordNumber(word) ?? word);
  text = text.replace(/(?<=\d),(?=\d{3}\b)/g, '').replace(/\s+/g, '');
  if (!/^-?\d{1,12}(?:\.\d{1,6})?(?:[-+*/]\d{1,12}(?:\.\d{1,6})?){1,8}$/.test(text)) return undefined;
  return evaluated(text);
}

function evaluated(text: string): Sum {
  const tokens = text.match(/(?<=^|[-+*/])-?\d+(?:\.\d+)?|[-+*/]/g) ?? [];
  let total = 0;
  let product = Number(tokens[0]);
  let sign = 1;
  for (let at = 1; at < tokens.length; at += 2) {
    const value = Number(tokens[at + 1]);
    const operator = tokens[at];
    if (operator === '*') product *= value;
    else if (operator === '/') {
      if (value === 0) return { fault: 'zero' };
      product /= value;
    } else {
      total += sign * product;
      sign = operator === '+' ? 1 : -1;
      product = value;
    }
  }
  return { value: Number((total + sign * product).toPrecision(12)) };
}

function wordNumber(word: string): string | undefined {
  const parts = word.toLowerCase().split('-');
  const values = parts.map((part) => UNITS[part]);
  if (values.includes(undefined)) return undefined;
  return String(values.reduce((sum: number, value) => sum + (value ?? 0), 0));
}

function kanjiNumber(kanji: string): number {
  let total = 0;
  let digit: number | undefined;
  for (const letter of kanji) {
    const power = { 十: 10, 百: 100, 千: 1000 }[letter];
    if (power === undefined) {
      digit = (digit ?? 0) * 10 + (UNITS[letter] ?? 0);
    } else {
      total += (digit ?? 1) * power;
      digit = undefined;
    }
  }
  return total + (digit ?? 0);
}
