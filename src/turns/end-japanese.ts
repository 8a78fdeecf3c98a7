import { JAPANESE_ANSWERS } from './end-japanese-answers.js';
import { JAPANESE_GOING_ON } from './end-japanese-going-on.js';
import { type EndRule, firstRule } from './end-rule.js';
import type { EndJudgement } from './judgement.js';

/** Where a clause begins, for words that only mean something alone: after a comma, or at the very beginning. */
const ALONE = '(?:^|[、。,.!?])';
const ASKING =
  '(?:何|なに|なん|誰|だれ|どこ|どちら|どっち|どれ|どの|どんな|どう|どうして|いつ|いくら|いくつ|なぜ)';

const FILLERS =
  'え[ーえ]*っ?と[ーお]*(?:ね|さ|ですね)?|あ[ーあ]*の[ーおう]*(?:ね|さ|ですね)?|その[ーおう]*(?:ね|ですね)?|ん[ーんっ]+|う[ーう]+ん?と?|う?んと[ーね]*|ま[ーあぁ]+(?:ね)?|な[ー]*んか(?:ね|さ)?|(?:なん|何)(?:て|と)(?:いう|言う|ゆう)?(?:か|かな|んだろう)|ほら|こう|(?:なん|何)て(?:言|い)えばいいか(?:な)?|どう(?:いえば|言えば)(?:いい)?か(?:な)?';
const CONJUNCTIONS =
  'それで|で|んで|ほんで|それから|そして|でも|だけど|けど|けれど|だから|しかし|ただ|ただし|つまり|例えば|たとえば|もし|もしも|もしかして|もしかすると|あと|あとは|それと|やっぱり?|(?:って|と)(?:いう|言う|ゆう)か|そしたら|そうしたら|それに|それなら|そうすると|だったら|じゃあ?|では|それでは|だって|ところで|ちなみに|そういえば|実は|じつは|とりあえず|まず|まずは|次に|最後に|最初に|または|あるいは|それとも|さらに|すると|なので|なのに|ですから|ですので|ですが|ですけど|一方|ところが|むしろ|要するに|要は|なぜなら|とはいえ|なにしろ|何しろ|結局|おまけに|てか|つーか|つうか|だが|というのも|しかも|正直';

/** How a verb or an adjective ends. */
const PREDICATE = '[いうくすつぬぶむるぐただ]';

/** Things that are said for themselves and end like a particle. */
const WHOLE: readonly EndRule[] = [
  ['finished', 'set phrase', /(?:後|あと)で$(?<!(?:た|の)(?:後|あと)で)/u],
  ['open', 'choice', /(?:じゃあ?|では|はい)、?(?:それ|これ|あれ)で$/u],
  [
    'finished',
    'set phrase',
    /(?:こんにち|こんばん)(?:は|わ)$|さよ?う?なら$|もしもし$|(?:本当|ほんと)(?:う)?(?:に)?$|(?:また|じゃ|じゃあ|それじゃ|それじゃあ|(?:後|あと)で)ね[ーえぇ]*$|はじめまして$|初めまして$/u,
  ],
  [
    'finished',
    'set phrase',
    new RegExp(`${ALONE}(?:別に|べつに|特に|もちろん|なし|よし|ちょっと|だめ|ダメ|無理)$`, 'u'),
  ],
  [
    'finished',
    'answer',
    new RegExp(
      `${ALONE}(?:はい|うん|ううん|ええ|いいえ|いえ|いや|そう|了解|なるほど(?:ね)?|確かに|たしかに|オッケー|おっけー|オーケー|いいよ|もっと|早く|はやく|静かに)+$`,
      'u',
    ),
  ],
];

const GOING_ON: readonly EndRule[] = [
  ['unfinished', 'filler', /(?:と|あの|その)、ですね$/u],
  ['unfinished', 'filler', new RegExp(`(?:${ALONE}|[はがをにでとも]|けど|から|何か)(?:${FILLERS})$`, 'u')],
  ['unfinished', 'conjunction', new RegExp(`${ALONE}(?:(?:${CONJUNCTIONS})[、]?)+(?:ね|さ|ですね)?$`, 'u')],
  [
    'unfinished',
    'conjunction',
    /(?:それから|そして|それで|例えば|たとえば|しかし|ところで|そしたら|つまり|でもさ|だってさ)[ーあぁ]*$/u,
  ],
];

/** A question word with its particle is a question by itself, and so is one anywhere before a condition. */
const ASKED: readonly EndRule[] = [
  ['open', 'question word', /(?:何|なに|誰|だれ|どこ|どれ|どっち|どちら)(?:が|を)$/u],
  [
    'finished',
    'question word',
    /(?:何時|何日|何曜日|何|なに|誰|だれ|どこ|いつ|どれ|どっち|どちら)(?:に|で|と|から|まで|へ|の)$/u,
  ],
  ['finished', 'question word', /(?:なんで|何で|どうして)$/u],
  [
    'finished',
    'question',
    new RegExp(`${ASKING}[^、。]*(?:たら|れば|けば|せば|めば|えば|てば|なら)(?:いい)?$`, 'u'),
  ],
  ['open', 'advice', /(?:て|で)みたら$/u],
];

/**
 * Endings that leave the verb in its place and the turn to the other: 予約したいんですけど is a request, 大丈夫ですから an answer. As often
 * as not something follows, so nothing is claimed.
 */
const SOFT: readonly EndRule[] = [
  ['open', 'soft ending', /(?:ん|の)(?:です|だ)(?:けど|けれど|けども|けれども|が)ね?$/u],
  [
    'open',
    'soft ending',
    /(?:です|ます|でした|ました|ません|でしょう|ましょう|ください)(?:けど|けれど|けども|けれども|が|から|ので|し|もの|もん)ね?$/u,
  ],
  ['open', 'soft ending', /のに(?:な|ね)?$/u],
];

const CLAUSES: readonly EndRule[] = [
  ['unfinished', 'concession', /(?:けど|けども|けれど|けれども)(?:ね|さ)?$/u],
  ['unfinished', 'reason', /(?:から|ので)(?:ね|さ)?$/u],
  [
    'finished',
    'set phrase',
    /(?:なし|よし|話|はなし|少し|すこし|もしもし|わたし|あたし|おすし|うし|むし|いし)$(?<!(?:ない|よい|いい|まい|たい|ぽい|しい|あつい|さむい)し|[\p{Script=Han}]いし)/u,
  ],
  ['unfinished', 'listing', new RegExp(`(?:${PREDICATE}|ん)し(?:ね|さ)?$`, 'u')],
  ['unfinished', 'listing', /[っんい]?(?:たり|だり)$(?<!ぴったり|ふたり|ばったり|ぐったり|あたり)/u],
  ['unfinished', 'condition', /(?:たら|だら|なら|れば|けば|せば|めば|えば|べば|げば|ねば)(?:ね|さ)?$/u],
  ['unfinished', 'meanwhile', /(?:ながら|つつ)(?:も)?$/u],
  [
    'unfinished',
    'time or purpose',
    /(?:[るたのいなうくすむぬつぶぐ])(?:前|後|あと|とき|時|頃|ころ|間|ため|際|場合|たび|うち|途中|ついで|代わり|かわり)(?:に|は|には|で|から)?$/u,
  ],
  [
    'unfinished',
    'about',
    /(?:について|に(?:関|かん)して|によって|によると|にとって|として|に(?:対|たい)して|にかけて|に(?:向|む)けて|に(?:比|くら)べて|に(?:基|もと)づいて|のおかげで|のせいで|と(?:一緒|いっしょ)に)$/u,
  ],
  [
    'unfinished',
    'quotation',
    /(?:と|って)(?:思って|おもって|言って|いって|聞いて|いう|言う|いうと|言うと|いえば|言えば|思うと|したら)$/u,
  ],
];

const ADNOMINALS: readonly EndRule[] = [
  [
    'unfinished',
    'needs a noun',
    /(?:この|その|あの|どの|どんな|こんな|そんな|あんな|いろんな|大きな|小さな|おかしな|(?:こう|そう|ああ|どう|と|って)いう|みたいな|ような|的な|れいな|ろいろな)$/u,
  ],
  [
    'unfinished',
    'needs a noun',
    /(?:好き|嫌い|すき|きらい)な$|の[\p{Script=Han}]+しい$|で(?:一番|いちばん)$/u,
  ],
  ['finished', 'ending of sentences', /な[あぁー]+$/u],
  [
    'finished',
    'ending of sentences',
    /(?:かな|よな|だな|るな|いな|すな|くな|むな|うな|つな|たな|んな)[あぁー]*$/u,
  ],
  ['unfinished', 'needs a noun', /[\p{Script=Han}\p{Script=Katakana}ーぎずまか]な$/u],
  ['unfinished', 'needs a noun', /(?:この|その|あの)[^、。のがはを]{1,4}い$/u],
  [
    'unfinished',
    'needs a predicate',
    /(?:すごく|とても|ものすごく|めっちゃ|めちゃくちゃ|なかなか|ほとんど|だんだん|どんどん)$/u,
  ],
  ['unfinished', 'indefinite', /(?:何|なに|誰|だれ|どこ|いつ|いくつ|かどう)か$/u],
  ['unfinished', 'listing', /例えば.*とか$/u],
  ['open', 'listing', /とか$/u],
  ['unfinished', 'filler', /(?:なんか|というか|っていうか|とかなんか)$/u],
];

const PARTICLES: readonly EndRule[] = [
  ['finished', 'sum', /(?:[二三2-9]乗|平方根|たす|足す|ひく|引く|かける|掛ける|わる|割る)[^、]*は$/u],
  [
    'unfinished',
    'particle',
    /(?:くらい|ぐらい|みたい|だけ|ばかり|いっぱい|ため|これ|それ|あれ|どれ|ほう|方|やつ)の$/u,
  ],
  [
    'open',
    'elliptic question',
    /(?:[おご](?:\p{Script=Han}|誕生日)+|天気|予定|気温|時間|時刻|ニュース|調子|気分|君|きみ|あなた)は$/u,
  ],
  ['unfinished', 'particle', /[はがをへ]$/u],
  ['finished', 'request', /静かに$/u],
  [
    'open',
    'adverb',
    /(?:たまに|すぐに|先に|適当に|自由に|まじで|マジで)$|(?:現金|カード|ホット|アイス|店内|持ち帰り)で$/u,
  ],
  ['unfinished', 'particle', /に$/u],
  ['finished', 'ending of sentences', new RegExp(`${ASKING}[^、。]*(?:${PREDICATE}|な)の$`, 'u')],
  [
    'unfinished',
    'particle',
    /(?:あなた|みんな|きのう|ふたり|ひとり|となり|まわり|わたし|くるま|よる|ひる|はる|ほか|した|した方|うち|あした)の$/u,
  ],
  ['finished', 'ending of sentences', new RegExp(`(?:${PREDICATE}|な)の$`, 'u')],
  ['unfinished', 'particle', /の$/u],
  ['open', 'obligation', /(?:ない|なきゃ|なくちゃ)と?$/u],
  ['finished', 'adverb', /(?:っと|ちゃんと|ありがと|ひと|こと|もと)$/u],
  ['unfinished', 'particle', /と$/u],
  ['open', 'any', /(?:何|なん|誰|だれ|いつ|どこ|どれ|どちら)でも$/u],
  ['finished', 'too', /(?:私|わたし|僕|ぼく|俺|おれ|あたし|うち|自分)も$/u],
  ['unfinished', 'even if', /[てで]も$/u],
  ['unfinished', 'particle', /(?:しか|より)$/u],
];

/** Verbs whose て-form asks for something; of the others it tells what came before the rest. */
const ASK_FOR =
  '(?:教え|おしえ|待っ|まっ|見せ|みせ|聞かせ|きかせ|説明し|調べ|しらべ|歌っ|うたっ|踊っ|おどっ|かけ|つけ|消し|けし|止め|とめ|やめ|始め|はじめ|続け|つづけ|手伝っ|てつだっ|助け|たすけ|許し|ゆるし|信じ|笑っ|わらっ|黙っ|だまっ|気をつけ|頑張っ|がんばっ|翻訳し|訳し|計算し|設定し|セットし|再生し|起こし|起き|話し|はなし|言っ|いっ|にし|貸し|流し|ながし|繰り返し|開け|閉め|忘れない|紹介し|検索し|予約し|喋っ|しゃべっ|離れ|どい|向い|振っ|守っ|上げ|下げ|あげ|さげ|乗っ|慰め|褒め|ほめ|撫で|なで|ちょうだいっ)';
const MAY_ASK_FOR =
  '(?:し|作っ|つくっ|読ん|よん|書い|かい|見|み|聞い|きい|聴い|食べ|飲ん|考え|選ん|えらん|決め|やっ|来|き|おい|とい|どい|使っ|押し|持っ|出し|入れ|送っ|取っ|買っ|変え|かえ|直し|触っ|座っ|立っ|帰っ|比べ|並べ|数え|数え|測っ|探し|さがし|覚え|付き合っ|つきあっ|遊ん|置い|任せ|急い|走っ|撮っ|呼ん)';
/** Somebody who tells of the past, or of others. */
const TELLING =
  '(?:^朝|(?:昨日|きのう|一昨日|今朝|けさ|昨夜|さっき|先週|先月|先日|去年|昔|この前|この間|こないだ)(?!の)|[そで]したら|(?:私|僕|俺|友達|母|父|彼|彼女|先生|みんな|電車|バス|会社|犬|猫|子供|子ども|娘|息子|妹|弟|姉|兄|夫|妻|家族|友人)[がはと]|みんなで|ちゃんが|さんが|くんが)';

const TE_FORMS: readonly EndRule[] = [
  ['finished', 'request', /(?:教え|おしえ|見せ|聞かせ|説明し)てね?$/u],
  [
    'unfinished',
    'te-form',
    /(?:くて|なくて|もらって|くれて|あって|なって|いて|しまって|ちゃって|じゃって|思って|まして|でして|られて|れて|すぎて|過ぎて|(?:緊張|びっくり|感動|安心|心配|失敗|寝坊|遅刻|卒業|入院|怪我|就職|喧嘩|がっかり|いらいら|イライラ|ドキドキ|感謝|苦労|引越し|引っ越し)して|わって|かって)(?:ね|さ)?$(?<![とおつ置書聞急どづ向歩引焼抱叩拭磨吹弾開巻描]いて(?:ね|さ)?)/u,
  ],
  ['unfinished', 'te-form', new RegExp(`${TELLING}.*[てで](?:ね|さ)?$`, 'u')],
  ['finished', 'request', new RegExp(`${ASK_FOR}[てで]ね?$`, 'u')],
  [
    'finished',
    'request',
    /(?:て|で)(?:みて|おいて|きて|いって|って)ね?$|(?:と|ど)いてね?$|(?:あっち|こっち|そっち|先)[にへ]?(?:行っ|いっ|来|き)てよ?$|(?:しない|らない|かない|さない|わない|めない|べない|せない|れない)でね?$/u,
  ],
  ['open', 'request or te-form', new RegExp(`${MAY_ASK_FOR}[てで](?:ね)?$`, 'u')],
  ['finished', 'set phrase', /(?:後|あと)で$/u],
  ['open', 'limit', /まで$/u],
  ['open', 'choice', /(?:枚|個|本|杯|つ|サイズ|セット|以上)で$/u],
  ['open', 'request', /^[^はがにでともへ、]{1,8}を[^はがにともへ、]{1,5}(?:て|[んい]で)$|てね$/u],
  ['open', 'request', /^[^はがをにでともへの、]{1,6}(?:て|[んい]で)$(?<!くて|れて)/u],
  ['open', 'hearsay', new RegExp(`(?:ん|${PREDICATE}|ない)(?:だ)?って$`, 'u')],
  ['unfinished', 'te-form', /(?:て|[んい]で)(?:ね|さ)?$/u],
  ['unfinished', 'particle', /で$/u],
];

const SENTENCES: readonly EndRule[] = [
  [
    'unfinished',
    'keeps the word',
    /(?:[がをにでと]|昨日|きのう|今日|明日|この前|この間|さっき|今朝|先週|私|僕|俺|実は|ちょっと|だから|だけど)(?:ね|さ)[ーあぁ]*$/u,
  ],
  [
    'finished',
    'ending of sentences',
    /(?:です|ます|でした|ました|ません|ましょう|でしょう?|だろう?|ください|下さい|なさい|お願い(?:し|いたし)ます|お願い|ありがとう?|ごめん|すいません|おはよう|おやすみ|ちょうだい|頂戴|くれ|くれる|くれない|もらえる|もらえない|かしら|じゃん|じゃない|っけ|もん|ほしい|欲しい|たい|んだ|らしい|みたい|そうだ|よ|ね|わ|ぞ|ぜ|か)[ーあぁえぇねっ]*$/u,
  ],
  [
    'finished',
    'let us',
    /[おこそとのほもよろごぞどぼ]う(?:よ|ぜ|か)?$(?<!(?:そ|よ|の|と|も|ど|ほ)う|おはよう)|しよう$/u,
  ],
  ['finished', 'question word', new RegExp(`${ASKING}(?![もか])`, 'u')],
];

const RULES: readonly EndRule[] = [
  ...WHOLE,
  ...JAPANESE_ANSWERS,
  ...GOING_ON,
  ...JAPANESE_GOING_ON,
  ...ASKED,
  ...SOFT,
  ...CLAUSES,
  ...ADNOMINALS,
  ...PARTICLES,
  ...TE_FORMS,
  ...SENTENCES,
];

/** @param words - NFKC, ends in a letter. */
export function japaneseEnd(words: string): EndJudgement {
  return firstRule(RULES, words.replace(/\s+/gu, ''));
}
