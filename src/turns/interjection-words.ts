/** Let out while somebody thinks, or breathes in: whoever wants to say something goes on, and what follows tells. */
const FILLERS: readonly string[] = [
  ...'えっと あの あのう その そのう うんと'.split(' '),
  ...'uh um uhm er erm hmm'.split(' '),
];

/** What people say to show that they listen, and what they let out while they do. Said one after another they still are that. */
export const BACKCHANNELS: readonly string[] = [
  ...FILLERS,
  ...'うん うんん ん はい はいよ へい ええ え へ ほう ほお ほほう ふうん ふん ふむ ふむふむ ほうほう なるほど なるほどね なるほどなあ なるほどですね'.split(
    ' ',
  ),
  ...'そう そうか そうかあ そっか そうなんだ そうなんだね そうなの そうなんや そうなんですか そうなんですね そうなのか そうなのね そうですか そうですね そうですよね'.split(
    ' ',
  ),
  ...'そうだね そうだな そうだよ そうだよね そうね そうよね そうや そうやね そうだったんだ そうだったのか そうだったんですか そうだったんですね そうなんよ せやな'.split(
    ' ',
  ),
  ...'そうなんすね まじかよ それはそう それはそうだね それはそうですね おっしゃる通り おっしゃる通りです そうかも そうかもね そうかもしれない そうかもしれません そうかもしれませんね 確かにそうかも そりゃそうだ そりゃそうだよね そうでしたか そうだっけ そういうことか そういうことですか そういうことね ほんとそれ それな あるある だろうね でしょうね でしょ だよなあ やっぱり やっぱりね やっぱりか やっぱりそうか やっぱそうか なるほどです なるほどなるほど なんだ おや おやおや あらま はあ ひえ いいと思う いいと思います そう思う そう思います 私もそう思う 私もそう思います 僕もそう思う 俺もそう思う 同じく 同意 了解っす 承知です まじっすか ほんまに ほんまか せやね そらそうや うっそ'.split(
    ' ',
  ),
  ...'たしかに 確かに 確かにね まじ まじか まじで まじですか ほんと ほんとに ほんとだ 本当 本当に 本当だ 本当ですか ほんとですか 本当だね うそ うそう 嘘 まさか'.split(
    ' ',
  ),
  ...'わかる わかるわ 分かる わかります 分かります わかるよ 分かるよ わかった 分かった わかりました 分かりました 了解 了解です 了解しました 承知しました かしこまりました'.split(
    ' ',
  ),
  ...'すごい すごいね すごいな すごいですね 凄い すげえ すご さすが さすがだね いいね いいですね いいな いいなあ だよね ですよね だね ですね だな'.split(
    ' ',
  ),
  ...'お おお わ わあ うわ うわあ あ ああ あら あらら あれ やば やばい やばいね うける おもしろい おもしろいね 面白い 面白いね 面白いですね おけ おっけ オッケー オーケー おーけー'.split(
    ' ',
  ),
  ...'まあ まあね ほい ほいほい どうぞ 続けて 続けてください どうぞ続けて それで それからどうしたの へえ知らなかった 知らなかった なんと なんてこった 素敵 素敵ですね 素晴らしい かわいい 可愛い きれい 最高 笑 草 くす は もちろん 当然 いかにも 同感 その通り そのとおり その通りです'.split(
    ' ',
  ),
  ...[
    'uh huh, uhhuh, uh uh huh, mhm, mmhm, mm, mm hmm, mm hm, mmhmm, hm, hmm, hmmm, huh, eh, yeah, yea, yah, ya, yep, yup, yes, yes yes, ok, okay, k, kay, okie dokie, okey dokey',
    'right, alright, all right, sure, i see, i see i see, got it, i got it, gotcha, got you, oh, o, ah, aha, a ha, ooh, wow, woah, whoa, really, oh really, cool, nice, great, good, awesome, amazing, perfect, excellent, fantastic, wonderful, brilliant',
    'exactly, true, so true, thats true, thats right, totally, absolutely, definitely, certainly, of course, i know, i know right, makes sense, that makes sense, interesting, thats interesting, how interesting, very interesting, fascinating',
    'lol, fair enough, fair point, no way, no kidding, for sure, indeed, oh my god, oh my gosh, oh my, my god, my goodness, oh wow, is that so, is that right, is that true, are you serious, seriously, go on, please go on, keep going, go ahead, please continue, continue',
    'all right then, alright then, youre kidding, you must be kidding, well well well, i see what you mean, good for you, good idea, great idea, you dont say, no wonder, what a shame, alrighty, righto, fine, very well, nice one, love it, i love it, i love that, i like it, i like that, same here, oh dear, oh boy, oh man, man, dude, for real, really now, oh well, i hear ya, makes a lot of sense, makes perfect sense, it makes sense, that does make sense, i didnt know that, didnt know that, never knew that, i had no idea, had no idea, no problem, wow okay, okay then, all good, good stuff, im listening, im with you, i follow, i remember, thank goodness, thank god, holy cow, my word, good lord, well well, there you go, there we go, exactly right, quite right, quite so, too true, you know it, i know what you mean, i know the feeling, sure thing, sure sure',
    'i understand, understood, good point, good to know, thats good, thats great, thats cool, thats nice, thats amazing, thats awesome, thats crazy, thats funny, so cool, how nice, how cool, sounds good, sounds great, youre right, you are right, i agree, agreed, same, yay, phew, oof, ouch, aw, aww, damn, gee, geez, word, very good, very nice, pretty good, pretty cool, not bad, well said, i hear you, i believe you, i bet, you bet, i guess so, i think so, i think so too, i suppose so, oh okay, oh i see, oh yeah, oh nice, oh good, oh great, who knew, no doubt, i get it, i get that, i can imagine, i can see that, true that, noted, copy that, roger, roger that',
  ].flatMap((row) => row.split(', ')),
];

/** What is thought of it. By itself an interjection, except for those of {@link PRAISE_WITHIN}. */
export const PRAISE: readonly string[] = [
  ...'すごい 凄い 面白い おもしろい やばい うれしい 嬉しい かわいい 可愛い 楽しい 楽しそう たのしそう 面白そう おもしろそう よさそう 良さそう よかった 良かった 大変 たいへん 大変だった 大変そう 素敵 すてき 素晴らしい すばらしい さすが 残念 ひどい かわいそう 怖い こわい うらやましい 羨ましい おいしそう 美味しそう かっこいい えらい 偉い 上手 最高 最悪 不思議 意外 知らなかった 初めて聞いた 初めて知った 初耳 びっくり びっくりした 驚いた 信じられない 納得 きつい つらい しんどい 懐かしい なつかしい 勉強になります 感動 感心 知りませんでした 助かる 助かった 楽しみ そういうこと それ わかる 分かる わかります 分かります わかるわ ありがたい 珍しい めずらしい 贅沢 ぜいたく きれい 綺麗 天才 完璧 いい話 いい感じ いい考え'.split(
    ' ',
  ),
  ...'too bad, a good point, a good idea, a great idea, a good question, a relief, a surprise, a shame, a pity, good to hear, nice to hear, great to hear, sad to hear, great news, good news, a great point, a great question, a lot'.split(
    ', ',
  ),
];

/** Praise that is an answer, or nothing, without the words before or behind it: いい, "cold". */
export const PRAISE_WITHIN: readonly string[] = [
  'いい',
  ...'cool, nice, great, good, awesome, amazing, true, crazy, funny, interesting, wild, sweet, lovely, beautiful, sad, hilarious, impressive, weird, insane, incredible, wonderful, fantastic, perfect, fair, smart, clever, neat, cute, terrible, awful, tough, rough, fun, exciting, surprising, strange, scary, brilliant, excellent, ridiculous, unbelievable, fascinating, delicious, gorgeous, adorable, helpful, useful, hard, difficult, kind, kind of you, nice of you, sweet of you, thoughtful, generous, a story, unfortunate, horrible, intense, mad'.split(
    ', ',
  ),
];

/** What may stand before praise, one after another, and makes nothing else of it. */
export const BEFORE_PRAISE: readonly string[] = [
  ...'それは そりゃ そりゃあ それって これは 本当に ほんとに ほんと めっちゃ めちゃくちゃ めちゃ すごく とても 結構 けっこう なんか かなり 超 ちょう まじで なかなか'.split(
    ' ',
  ),
  ...'so, very, really, how, pretty, quite, absolutely, totally, just, actually, that is, thats, that was, this is, its, it is, that sounds, sounds, that looks, looks, it sounds, that must be, must be, kind of, kinda, what, such, like, thats like, super'.split(
    ', ',
  ),
];

/** What stands behind praise: すごいですね. */
export const BEHIND_PRAISE: readonly string[] =
  'ね な よね です ですね ですよね だ だね だな だよね だわ わ か なんだ なんですね なんですか なのか んだ んだね んですね だったんだ だったんですね だったのか でした でしたね じゃん ですか ですな っすね かもね'.split(
    ' ',
  );

/** In Japanese, in English and among those who write it. */
export const LAUGHTER: readonly string[] = [
  ...'はは うふ ふふ ふふふ うふふ へへ えへ えへへ ひひ ひひひ いひひ くく くくく きゃは ぷ'.split(' '),
  ...'w ha haha hahaha ahaha hah ah hehe hehehe heh hihi hoho'.split(' '),
];

/** What stops the avatar whatever it says. */
export const HARD_WORDS: readonly string[] = [
  ...'待って 待った 待て 待ってよ 待ってて 待っててよ ちょい待って ちょい待った 待って待って まって まった まてまて ちょい待ち 待ちなさい お待ちください たんま タンマ タイム ストップ すとっぷ ストップストップ'.split(
    ' ',
  ),
  ...'やめて やめろ やめ やめなさい やめよう やめにして もうやめて 止めて 止めろ とめて 止まって 止まれ とまって 黙って 黙れ だまって だまれ 静かに 静かにして しずかにして しずかに うるさい うるさいな うるせえ'.split(
    ' ',
  ),
  ...'もういい もういいよ もういいって もういいです もういいから もう結構 もう結構です もう十分 もう十分です 結構です そこまで そこまでで もうわかった もう分かった もうわかったから わかったから 分かったから わかったってば いいから'.split(
    ' ',
  ),
  ...'中止 中断 キャンセル 一時停止 停止 おしまい もう終わり もうおしまい 終わりにして いい加減にして しゃべらないで 喋らないで 話さないで しゃべらなくていい 喋らなくていい 話さなくていい 言わなくていい もう言わなくていい 黙っててよ 喋るな しゃべるな 話すな 言うな 説明しなくていい いい加減にしろ ポーズ ちょっといいですか ちょっと聞いて ちょっと話させて 静かにしてて 静かにしろ うるさいって もういいわ やめてよ やめやめ やめとこう 終わり 終わりで 終わって 終わりにしよう その話はやめよう その話はもういい その話はいい 話は終わり し しずまれ'.split(
    ' ',
  ),
  ...[
    'stop, stop it, stop that, stop this, stop talking, stop speaking, stop there, stop right there, full stop stop, wait, wait a minute, wait a second, wait a sec, wait a moment, wait up, wait there',
    'hold on, hold on a second, hold on a minute, hold on a sec, hold it, hold up, hang on, hang on a second, hang on a minute, hang on a sec, shut up, shut it, shush, sh, be quiet, quiet, keep quiet, silence, hush, zip it',
    'enough, thats enough, that is enough, enough already, enough of that, never mind, nevermind, forget it, forget about it, forget that, cancel, cancel that, cancel it, pause, pause it, time out, timeout',
    'thatll do, that will do, enough of this, enough is enough, enough talking, enough chatter, ive had enough, ive heard enough, be silent, cancel the whole thing, cancel everything, cancel all of it, quit it, quit talking, quit that, stop reading, stop playing, stop explaining, stop singing, halt, abort, mute, pipe down, can i say something, can i interrupt, can i interrupt you, may i interrupt, let me interrupt, sorry to interrupt, can i stop you there, let me stop you there, let me stop you, im going to stop you there, gimme a sec, gimme a second, gimme a minute, two seconds, two secs, drop it, save it, spare me, no need to go on, no need to continue, dont continue, dont go on, you can stop, thats plenty, i need a second, i need a minute, give it a rest, hush up, hush now, not another word, dont say another word, dont say anything, dont speak',
    'one moment, one second, one sec, one minute, just a moment, just a second, just a sec, just a minute, give me a moment, give me a second, give me a sec, give me a minute, no more, knock it off, cut it out, let me talk, let me speak, let me finish, let me say something, excuse me, skip it, skip that, skip this, dont talk, stop please',
  ].flatMap((row) => row.split(', ')),
];

/** What may stand before a hard word without making it another: あ、ごめん、ちょっと待って. */
export const BEFORE_HARD: readonly string[] = [
  ...'少し 少しだけ ちょっとだけ 少々 一分 五分 一秒 数秒 一瞬 しばらく 今は 今すぐ 一度 やっぱり やっぱ 頼む 頼むから お願いだから ちょい 説明は その説明は 説明を はい うん いや いえ いいえ あ ああ え ねえ おい こら ちょっと ちょ ごめん ごめんね ごめんなさい すみません すいません もう お願い おねがい とりあえず 一旦 いったん 一回 今 いま えと えっと あの でも だから まあ わかった 分かった 話 話は 話を その話 その話は その話を 話すの 話すのを 喋るの しゃべるの しゃべるのを 喋るのを そこで じゃあ よし はや 早く'.split(
    ' ',
  ),
  ...[
    'you need to, you have to, you must, id like you to, ok, okay, no, nope, yes, yeah, hey, oh, ah, uh, um, er, well, please, can you, could you, would you, will you, you can, you may, can we, lets, we can, you should, i need you to, just, alright, right, so, but, sorry, im sorry, i said, i told you to, i want you to, all right, and, now, whoa, actually, ok ok, hey there, you, my god, oh my god',
  ].flatMap((row) => row.split(', ')),
];

export const AFTER_HARD: readonly string[] = [
  ...'な もらっていい もらっていいですか もらってもいい もらってもいいですか いただいていいですか いただいてもいいですか いただいてもよろしいですか ください くれ くれる くれない くれませんか くれますか よ ね ねえ ってば って てば って言ってる って言ってるの って言ってるでしょ って言ってるじゃん って言ったでしょ って言ったのに お願い お願いします おねがい おねがいします もう ほしい 欲しい 欲しいです もらえる もらえますか いただけますか いただけませんか ちょっと です だ でいい でいいです して してください した で から はい 早く はやく 今すぐ ありがとう ごめん ごめんね'.split(
    ' ',
  ),
  ...[
    'please, now, right now, there, ok, okay, for a second, for a sec, for a minute, for a moment, thanks, thank you, a second, a sec, a minute, a moment, already, right there, will you, would you, sorry, no, yeah, alright',
  ].flatMap((row) => row.split(', ')),
];

/** After these anything may follow: who says "shut up", or "never mind", means it. */
export const HARD_OPENINGS: readonly string[] = [
  ...'ちょっと待って 待って待って ストップストップ もういいから わかったから'.split(' '),
  ...'shut up, stop talking, be quiet, never mind, nevermind, hold on a, hang on a, wait a minute, wait a second, wait a sec, wait wait, stop stop, forget it, forget what i'.split(
    ', ',
  ),
];

/** These stop when another thought begins behind them, and are something else with their object: "wait for me", 待っている. */
export const HARD_BEFORE_THOUGHT: readonly string[] = [
  ...'待って まって ストップ やめて'.split(' '),
  ...'wait, hold on, hang on, stop'.split(', '),
];

export const NEW_THOUGHTS: readonly string[] = [
  ...'それ そう そこ 違う ちがう 違います 今 いま いや なに 何 なん その えっ え 私 僕 俺 もう ねえ ちょっと まだ わから 分から 質問 聞い 聞き 言い 話 誰 だれ どこ どう なぜ いつ もう一回 もう一度 先に'.split(
    ' ',
  ),
  ...'what, no, i, im, id, ive, but, thats, that, is, isnt, are, why, how, who, where, when, which, did, didnt, do, dont, can, could, let, you, youre, its, this, really, so, sorry, please, actually, my, we, hey, yes, yeah, okay, go back, slow down'.split(
    ', ',
  ),
];
