import type { JapaneseToken } from './japanese-analyzer.js';

/** Readings beside the dictionary's: `first` are likelier than it, `more` less likely. */
export interface OtherReadings {
  readonly first: readonly string[];
  readonly more: readonly string[];
}

const NONE: OtherReadings = { first: [], more: [] };

/** Common words that are said in several ways; which, only the speaker knows. */
const SAID_BOTH_WAYS = table(`
日本:ニホン,ニッポン 私:ワタシ,ワタクシ 明日:アシタ,アス,ミョーニチ 昨日:キノー,サクジツ 今日:キョー,コンニチ 明後日:アサッテ 何時:ナンジ,イツ 一昨日:オトトイ
家:イエ,ウチ,カ 他:ホカ,タ 後:アト,ノチ,ゴ 前:マエ,ゼン 中:ナカ,チュー,ジュー 上:ウエ,ジョー 下:シタ,ゲ,モト 方:ホー,カタ
人:ヒト,ニン,ジン 君:キミ,クン 行っ:イッ,オコナッ 開い:アイ,ヒライ 開く:アク,ヒラク 入る:ハイル,イル 入っ:ハイッ,イッ 入り:ハイリ,イリ
辛い:カライ,ツライ 辛く:カラク,ツラク 何:ナニ,ナン 市場:シジョー,イチバ 風車:カザグルマ,フーシャ 大人気:ダイニンキ 最中:サイチュー,モナカ
寒気:サムケ,カンキ 人気:ニンキ,ヒトケ 上手:ジョーズ,カミテ 下手:ヘタ,シモテ 今朝:ケサ 今夜:コンヤ 背:セ,セー 角:カド,ツノ 生:ナマ,セー
空:ソラ,カラ 金:カネ,キン 色紙:イロガミ,シキシ 十分:ジューブン,ジュップン 頭:アタマ,カシラ 避け:サケ,ヨケ 怒る:オコル,イカル
止め:トメ,ヤメ 弾い:ヒイ,ハジイ 通っ:トオッ,カヨッ 通り:トオリ,ドーリ 注ぐ:ソソグ,ツグ 被る:カブル,コームル 汚れ:ヨゴレ,ケガレ
良い:ヨイ,イイ 良く:ヨク 言う:ユー,イウ いう:ユー,イウ 言っ:イッ,ユッ 体:カラダ,タイ 七:ナナ,シチ 四:ヨン,シ 九:キュー,ク 他人:タニン
梅雨:ツユ,バイウ 紅葉:コーヨー,モミジ 土産:ミヤゲ 相応しい:フサワシイ 依存:イゾン,イソン 重複:チョーフク,ジューフク 早急:サッキュー,ソーキュー
世論:ヨロン,セロン 博士:ハカセ,ハクシ 工場:コージョー,コーバ 牧場:ボクジョー,マキバ 仮名:カナ,カメー 夕飯:ユーハン,ユーメシ 末:スエ,マツ 頬:ホー,ホホ 皆:ミナ,ミンナ 夜中:ヨナカ,ヤチュー 火傷:ヤケド,カショー 日本人:ニホンジン,ニッポンジン
水面:スイメン,ミナモ 一目:ヒトメ,イチモク 描く:エガク,カク 主:アルジ,ヌシ,シュ 隙:スキ,ヒマ 色:イロ,ショク 音:オト,オン 夜:ヨル,ヨ
`);

/** Words that are younger than the dictionary, in kanji whose parts it reads wrongly. */
const YOUNGER = table(
  '令和:レーワ 推し活:オシカツ 終活:シューカツ 婚活:コンカツ 電子書籍:デンシショセキ 既読:キドク 垢バン:アカバン 仮想通貨:カソーツーカ',
);

const LONGEST_YOUNGER = Math.max(...[...YOUNGER.keys()].map(({ length }) => length));

/** The tokens with those joined again that make up a word the dictionary is too old for. */
export function withYoungerWords(tokens: readonly JapaneseToken[]): JapaneseToken[] {
  const whole: JapaneseToken[] = [];
  for (let index = 0; index < tokens.length; ) {
    const count = youngerAt(tokens, index);
    const first = tokens[index];
    const last = tokens[index + count - 1];
    if (first === undefined || last === undefined) break;
    const surface = tokens
      .slice(index, index + count)
      .map((token) => token.surface)
      .join('');
    whole.push(
      count === 1
        ? first
        : { ...first, surface, to: last.to, kana: undefined, kind: '名詞', subkind: '一般' },
    );
    index += count;
  }
  return whole;
}

/** How many tokens from `index` on make up a younger word; 1 where none do. */
function youngerAt(tokens: readonly JapaneseToken[], index: number): number {
  let text = '';
  for (let end = index; end < tokens.length; end++) {
    text += tokens[end]?.surface ?? '';
    if (text.length > LONGEST_YOUNGER) return 1;
    if (YOUNGER.has(text)) return end - index + 1;
  }
  return 1;
}

export function otherReadings(
  { surface, kana }: JapaneseToken,
  before: JapaneseToken | undefined,
  after: JapaneseToken | undefined,
): OtherReadings {
  const younger = YOUNGER.get(surface);
  if (younger !== undefined) return { first: younger, more: [] };
  const all = SAID_BOTH_WAYS.get(surface);
  if (all === undefined) return NONE;
  const others = all.filter((reading) => reading !== kana);
  if (isLikelier(surface, before, after)) {
    const [first = ''] = surface === '何' ? ['ナン'] : ['ジュップン'];
    return { first: [first], more: others };
  }
  // The dictionary knows 行っ in its context; a word it had to choose blindly goes by the list.
  const isBlind =
    surface.length <= 3 && /^(?:明日|昨日|日本|私|何時|言う|いう|夜中|火傷|一目|隙|日本人)$/.test(surface);
  return isBlind ? { first: all.slice(0, 1), more: others } : { first: [], more: others };
}

/** 何 is ナン before d, n and t; 十分 behind an hour are ten minutes. */
function isLikelier(surface: string, before?: JapaneseToken, after?: JapaneseToken): boolean {
  if (surface === '何')
    return /^[だでとなのつ]/.test(after?.surface ?? '') && !/^(?:とも|なり)/.test(after?.surface ?? '');
  return surface === '十分' && /[時間]$/.test(before?.surface ?? '');
}

function table(text: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    text
      .trim()
      .split(/\s+/)
      .map((entry) => {
        const [word = '', readings = ''] = entry.split(':');
        return [word, readings.split(',')];
      }),
  );
}
