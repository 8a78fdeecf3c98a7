import { plainReading, readNumeral } from './numeral-readings.js';

/** How a counter changes with the number before it. */
type Kind = 'k' | 's' | 't' | 'h' | 'p' | 'plain' | 'fun' | 'day' | 'month' | 'hour' | 'person' | 'thing';

interface Counter {
  readonly kind: Kind;
  /** As pronounced behind 2. */
  readonly reading: string;
  /** Voiced behind 3 and 何 (三階 さんがい, 三足 さんぞく). */
  readonly voiced?: string;
}

/** `kind: 本ホン 回カイ …`; a second reading is that behind 3. */
const COUNTERS = readCounters(`
h: 本ホン/ボン 匹ヒキ/ビキ 杯ハイ/バイ 泊ハク/パク 発ハツ/パツ 版ハン/パン 編ヘン/ペン 歩ホ/ポ 票ヒョー/ビョー 拍ハク/パク 品ヒン 篇ヘン/ペン
fun: 分間フンカン 分フン
k: 回カイ 回目カイメ 回戦カイセン 個コ 個目コメ 階カイ/ガイ 階建てカイダテ/ガイダテ 軒ケン/ゲン ヶ月カゲツ か月カゲツ カ月カゲツ ケ月カゲツ 箇月カゲツ ヶ所カショ か所カショ カ所カショ 箇所カショ ヶ国カコク か国カコク カ国カコク 件ケン 曲キョク 機キ 戸コ 校コー 級キュー 口クチ 巻カン 缶カン 球キュー 曲目キョクメ 句ク 局キョク 画面ガメン 課カ 試合シアイ キロキロ キログラムキログラム キロメートルキロメートル 行ギョー
s: 歳サイ 才サイ 冊サツ 足ソク/ゾク 隻セキ 週シュー 週間シューカン 週目シューメ 種類シュルイ 周シュー 周年シューネン 社シャ 世紀セーキ 席セキ 節セツ 章ショー 色ショク 石セキ 勝ショー 升ショー 種シュ センチセンチ センチメートルセンチメートル 世帯セタイ
t: 頭トー 点テン 通ツー 着チャク 丁目チョーメ 丁チョー 対ツイ 等トー 滴テキ 体タイ 店テン 店舗テンポ 段ダン トントン 対一タイイチ 帖チョー 反タン
p: ページページ パーセントパーセント ポイントポイント ポンドポンド ピクセルピクセル パックパック ペアペア
plain: 番バン 番目バンメ 号ゴー 号室ゴーシツ 度ド 枚マイ 台ダイ 名メー 名様メーサマ 割ワリ 倍バイ 秒ビョー 秒間ビョーカン 円エン 年ネン 年間ネンカン 年生ネンセー 年度ネンド 膳ゼン 問モン 面メン 部ブ 両リョー 輪リン 例レー 列レツ 位イ 夜ヤ 話ワ 羽ワ/バ 世代セダイ 代ダイ 歳児サイジ 次ジ 人前ニンマエ 人組ニングミ 人目ニンメ グラムグラム メートルメートル ミリミリ リットルリットル ドルドル ユーロユーロ 番線バンセン 畳ジョー 次元ジゲン 乗ジョー
person: 人ニン
day: 日ニチ 日間ニチカン 日目ニチメ
month: 月ガツ
hour: 時ジ 時間ジカン 時半ジハン 時頃ジゴロ 時台ジダイ 時間目ジカンメ
thing: つツ
`);

const LONGEST = Math.max(...[...COUNTERS.keys()].map((written) => written.length));
const DAYS = [
  '',
  'ツイタチ',
  'フツカ',
  'ミッカ',
  'ヨッカ',
  'イツカ',
  'ムイカ',
  'ナノカ',
  'ヨーカ',
  'ココノカ',
  'トーカ',
];
const THINGS = [
  '',
  'ヒトツ',
  'フタツ',
  'ミッツ',
  'ヨッツ',
  'イツツ',
  'ムッツ',
  'ナナツ',
  'ヤッツ',
  'ココノツ',
];
/** What numbers become before consonants that take a stop; what is not here stays. */
const STOPPED: Readonly<Record<number, string>> = { 1: 'イッ', 8: 'ハッ', 10: 'ジュッ' };
const STOPPED_MORE: Readonly<Record<number, string>> = { ...STOPPED, 6: 'ロッ' };
const FOUR_SHORT = /^(?:年|円|時|人|日)/;

/** The counter that a text begins with, the longest there is. */
export function counterAt(text: string): string | undefined {
  for (let length = Math.min(LONGEST, text.length); length > 0; length--)
    if (COUNTERS.has(text.slice(0, length))) return text.slice(0, length);
  return undefined;
}

/**
 * How a number and its counter are said together: 三本 is サンボン, 八分 ハップン, 二十日 ハツカ.
 *
 * @param digits - as `digitsOfNumeral` gives them; `何` is what?
 * @param counter - as `counterAt` gives it.
 * @param isDate - a month stands before it: 一日 is the first, not one day.
 * @returns Likeliest first, katakana as pronounced; at least one.
 */
export function readCounted(digits: string, counter: string, isDate = false): readonly string[] {
  const known = COUNTERS.get(counter);
  if (known === undefined) return [];
  if (digits === '何') return [`ナン${behindThree(known)}`];
  const own = ownReadings(digits, counter, known, isDate);
  if (own !== undefined) return own;
  const { head, last } = readNumeral(digits);
  const readings = joined(last, known).map((reading) => head + reading);
  if (FOUR_SHORT.test(counter) && last === 4) return [`${head}ヨ${known.reading}`, ...readings];
  if (known.kind === 'hour' || counter.startsWith('年') || known.kind === 'person') {
    if (last === 7)
      return known.kind === 'hour'
        ? [`${head}シチ${known.reading}`, ...readings]
        : [...readings, `${head}シチ${known.reading}`];
    if (last === 9 && known.kind !== 'person')
      return known.kind === 'hour'
        ? [`${head}ク${known.reading}`]
        : [...readings, `${head}ク${known.reading}`];
  }
  if (last === 0 && digits === '0') return [...readings, `レー${known.reading}`];
  return readings;
}

/** Numbers that have a word of their own with this counter. */
function ownReadings(
  digits: string,
  counter: string,
  known: Counter,
  isDate: boolean,
): readonly string[] | undefined {
  const value = Number(digits);
  if (known.kind === 'thing') return THINGS[value] === undefined || value === 0 ? undefined : [THINGS[value]];
  if (known.kind === 'person') return value === 1 ? ['ヒトリ'] : value === 2 ? ['フタリ'] : undefined;
  if (known.kind === 'month') {
    const own = ({ 4: 'シ', 7: 'シチ', 9: 'ク' } as Readonly<Record<number, string>>)[value];
    return own === undefined ? undefined : [`${own}ガツ`];
  }
  if (known.kind === 'day') return dayReadings(value, known.reading.slice(2), isDate);
  if (value === 20 && /^[歳才]$/.test(counter)) return ['ハタチ', 'ニジュッサイ'];
  return undefined;
}

function dayReadings(value: number, behind: string, isDate: boolean): readonly string[] | undefined {
  if (value === 1)
    return isDate ? ['ツイタチ', 'イチニチ'] : [`イチニチ${behind}`, ...(behind === '' ? ['ツイタチ'] : [])];
  const own = DAYS[value];
  if (own !== undefined && own !== '') return [own + behind];
  if (value === 14) return [`ジューヨッカ${behind}`];
  if (value === 20) return [`ハツカ${behind}`];
  return value === 24 ? [`ニジューヨッカ${behind}`] : undefined;
}

function joined(last: number, counter: Counter): string[] {
  const { kind, reading } = counter;
  // Numbers that end with ン.
  if (/^(?:3|1000|3000|10000)$/.test(String(last))) return [plainReading(last) + behindThree(counter)];
  const stopped = stoppedNumber(last, kind, reading);
  if (stopped === undefined) {
    const four = kind === 'fun' && last === 4 ? `プン${reading.slice(2)}` : reading;
    return [plainReading(last) + four];
  }
  const behind = kind === 'h' || kind === 'fun' ? half(reading) : reading;
  const again =
    last === 10 ? [`ジッ${behind}`] : kind === 'p' || last === 8 ? [plainReading(last) + reading] : [];
  return kind === 'p' && last !== 10 ? [...again, stopped + behind] : [stopped + behind, ...again];
}

/** Undefined: the number stays as it is. A counter that begins with a voiced sound takes no stop. */
function stoppedNumber(last: number, kind: Kind, reading: string): string | undefined {
  if (!/^[カキクケコサシスセソタチツテトハヒフヘホパピプペポ]/.test(reading)) return undefined;
  if (kind === 'k' || kind === 'h' || kind === 'fun')
    return last >= 100 && last < 1000 ? plainReading(last).replace(/ク$/, 'ッ') : STOPPED_MORE[last];
  return kind === 's' || kind === 't' || kind === 'p' ? STOPPED[last] : undefined;
}

function behindThree({ kind, reading, voiced }: Counter): string {
  return voiced ?? (kind === 'fun' ? half(reading) : reading);
}

/** ハヒフヘホ with the p they have behind a stop. */
function half(reading: string): string {
  const index = 'ハヒフヘホ'.indexOf(reading[0] ?? ' ');
  return index < 0 ? reading : 'パピプペポ'[index] + reading.slice(1);
}

function readCounters(text: string): ReadonlyMap<string, Counter> {
  const counters = new Map<string, Counter>();
  for (const line of text.trim().split('\n')) {
    const [kind = '', list = ''] = line.split(': ');
    for (const entry of list.split(' ')) {
      const [, written = '', reading = '', voiced] = /^(.+?)([ァ-ー]+)(?:\/([ァ-ー]+))?$/.exec(entry) ?? [];
      const known = splitKana(written, reading);
      counters.set(known.written, { kind: kind as Kind, reading: known.reading, ...(voiced && { voiced }) });
    }
  }
  return counters;
}

/** Counters written in katakana stand twice without a border between. */
function splitKana(written: string, reading: string): { readonly written: string; readonly reading: string } {
  const both = written + reading;
  const half = both.length / 2;
  if (/^[ァ-ー]+$/.test(both)) return { written: both.slice(0, half), reading: both.slice(half) };
  return { written, reading };
}
