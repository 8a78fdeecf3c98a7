import { calm, type Phrases } from './phrases.js';
import { STORIES_JA } from './stories-ja.js';

export const PHRASES_JA: Phrases = {
  introduction: calm(
    '私は言語モデルを使わない、内蔵のデモです。',
    '言語モデルの設定のしかたは、聞いてください。',
  ),
  greeting: (hour, name) => {
    const time =
      hour < 4 ? 'こんばんは' : hour < 11 ? 'おはようございます' : hour < 18 ? 'こんにちは' : 'こんばんは';
    return [
      { mood: 'joy', text: `${time}${name === undefined ? '' : `、${name}さん`}！`, tag: 'animation:wave' },
      { mood: 'joy', text: 'お会いできてうれしいです。' },
    ];
  },
  time: (time) => calm(`今は${time}です。`),
  date: (date) => calm(`今日は${date}です。`),
  sum: (value) => calm(`答えは${value}です。`),
  noSum: [{ mood: 'surprise', text: 'ゼロで割ることは、私にもできません。' }],
  named: (name) => [
    { mood: 'joy', text: `${name}さん、はじめまして！` },
    { mood: 'joy', text: 'お話ししているあいだ、お名前を覚えておきますね。' },
  ],
  yourName: (name) => [{ mood: 'joy', text: `お名前は${name}さんです。教えてくださいましたよね。` }],
  noName: calm('お名前はまだうかがっていません。', '「私の名前は」に続けて教えてください。'),
  image: [
    { mood: 'sad', text: '画像は受け取りましたが、私には何が写っているか見えません。' },
    { mood: 'calm', text: '画像を見るには、画像の分かる言語モデルを設定してください。' },
  ],
  look: [{ mood: 'calm', text: 'ちょっと見てみますね。', tag: 'vision:camera' }],
  noPicture: [
    { mood: 'sad', text: 'すみません、画像を受け取れませんでした。' },
    { mood: 'calm', text: '許可されなかったか、カメラがないのかもしれません。' },
  ],
  blind: [
    { mood: 'sad', text: '私はデモなので、目が見えません。' },
    { mood: 'calm', text: '画像の分かる言語モデルなら、カメラで見ることができます。' },
  ],
  tool: (name) => calm(`少しお待ちください。${name}を使います。`),
  toolResult: (name, text) => calm(`${name}の結果です。${text}`),
  toolFailed: (name) => [{ mood: 'sad', text: `すみません、${name}がうまくいきませんでした。` }],
  repeated: (words) => [{ mood: 'joy', text: words }],
  counting: (numbers) => calm(...numbers.map((number) => `${number}。`), 'おしまい。'),
  stories: STORIES_JA,
  voiceOnly: (seconds) => [
    { mood: 'joy', text: `${seconds}秒間、声が聞こえました。` },
    { mood: 'calm', text: '音声認識がまだ設定されていないので、言葉は分かりません。' },
    { mood: 'calm', text: '私が話しているときに声を出すと、話すのをやめます。' },
  ],
  silence: calm('聞き取れませんでした。', 'もう一度お願いします。'),
  topics: {
    help: calm(
      '時刻や日付を聞いたり、簡単な計算を頼んだり、お名前を教えたりしてみてください。',
      'お話を頼んで、途中で口をはさむと、割り込みが試せます。',
      'MMDAgent-EXやこのブリッジのことも、少しだけ答えられます。',
    ),
    mmdagent: calm(
      'MMDAgent-EXは、話すCGアバターをリアルタイムに動かす、オープンソースのプログラムです。',
      'MikuMikuDance用のモデルやモーションを読み込み、メッセージやスクリプトで動きます。',
      '名古屋工業大学で生まれたMMDAgentがもとになっています。',
    ),
    bridge: calm(
      'これはmmdagent-bridgeです。どんな声でもMMDAgent-EXのアバターに話させることができます。',
      '音声を送り、それに合わせて唇を動かし、メッセージを伝え、このような会話もします。',
    ),
    lips: calm(
      '私の唇は、話している音に合わせて動きます。',
      '音声エンジンが音素を教えてくれるときは正確に、文が分かるときは音に合わせて、そうでないときは音から推定します。',
    ),
    interruption: calm(
      '私が話しているときに話しかけると、話すのをやめます。',
      '「うん」や「はい」のような相づちでは止まりません。覚えているのは、実際に聞こえたところまでです。',
      'お話を頼んで、試してみてください。',
    ),
    model: calm(
      '本物の言語モデルを使うには、OPENAI_API_KEY などの鍵を環境変数に設定して、起動しなおしてください。',
      'お手元で Ollama などを動かして、設定ファイルの llmEngines に書くこともできます。',
    ),
    howAreYou: [
      { mood: 'joy', text: 'はい、元気です！' },
      { mood: 'joy', text: '今日の調子はいかがですか。' },
    ],
    sad: [
      { mood: 'sad', text: 'それはつらいですね。' },
      { mood: 'calm', text: '気分転換に、お話でもしましょうか。' },
    ],
    happy: [{ mood: 'fun', text: 'それはよかったですね、私もうれしいです！' }],
    stop: calm('はい、止めます。'),
    thanks: [{ mood: 'joy', text: 'どういたしまして！' }],
    bye: [{ mood: 'joy', text: 'さようなら、またお話ししましょう！', tag: 'animation:wave' }],
    joke: [
      { mood: 'fun', text: 'アバターが歯医者に行ったら、何と言われたでしょう。' },
      { mood: 'fun', text: '「口の動きは完璧ですが、歯のデータがありません」。' },
    ],
    weather: calm(
      '窓の外が見えないので、お天気は分かりません。',
      '天気のツールがある言語モデルなら、答えられます。',
    ),
  },
  reflections: [
    (words) => calm(`「${words}」ですね。`, 'もう少し聞かせてください。'),
    (words) =>
      calm(`「${words}」と聞こえました。`, 'それにはお答えできませんが、時刻やお話なら頼んでください。'),
    (words) => [
      { mood: 'surprise', text: 'おや、そうなんですか。' },
      { mood: 'calm', text: `「${words}」というお話ですね。` },
    ],
  ],
};
