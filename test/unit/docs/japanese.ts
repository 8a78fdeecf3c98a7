/** Japanese of every text that a table of the README takes from the program. A text that is not here fails the test. */
export const JAPANESE: Readonly<Record<string, string>> = {
  // What settings are for
  'Read settings from this YAML or JSON file; flags and environment win over it':
    'この YAML または JSON ファイルから設定を読む。フラグと環境変数が優先',
  'A way to an MMDAgent-EX, [name=]URL with ws-listen:, tcp:, tcp-listen:, stdio: or simulator:; repeatable':
    'MMDAgent-EX への接続方法。[名前=]URL。ws-listen:、tcp:、tcp-listen:、stdio:、simulator: のいずれか。繰り返し指定可',
  'Alias of the model that speaks': '話すモデルのエイリアス',
  'Which avatar to use when several are connected': '複数のアバターが接続しているとき、どれを使うか',
  'Whether the bridge marks the end of each utterance (file) or MMDAgent-EX finds it by itself (stream)':
    '発話の終わりをブリッジが知らせる（file）か、MMDAgent-EX が自分で検出する（stream）か',
  'Sound sent ahead of what is heard; absorbs jitter, and is the price of interruption, because sound once sent cannot be recalled; 200 is recommended across a network':
    '聞こえている位置より先に送っておく音声の長さ。揺らぎを吸収する。送った音声は取り消せないので、割り込み時に残る音の長さでもある。ネットワーク越しでは 200 を推奨',
  'Time MMDAgent-EX takes from the first byte to the first sample heard':
    'MMDAgent-EX が最初のバイトを受けてから最初のサンプルが聞こえるまでの時間',
  'What a second MMDAgent-EX on a taken link gets: a lane of its own, or a refusal (503)':
    '使用中のリンクに来た 2 台目の MMDAgent-EX の扱い。専用のレーンを与えるか、断る（503）か',
  'Address or CIDR range that may connect to listening links; repeatable, replaces the default':
    '待ち受けリンクに接続してよいアドレスまたは CIDR 範囲。繰り返し指定可。既定値を置き換える',
  'Certificate file (PEM) for ws-listen links; MMDAgent-EX speaks TLS on port 443 only':
    'ws-listen リンク用の証明書ファイル（PEM）。MMDAgent-EX が TLS を使うのはポート 443 のときだけ',
  'Private key file (PEM) that belongs to the certificate for links':
    'リンク用の証明書に対応する秘密鍵ファイル（PEM）',
  "Which daemon to talk to: a name on this machine, or the ws:// or wss:// URL of another machine's; empty is yours":
    'どのデーモンと話すか。このマシン上の名前、または別のマシンのデーモンの ws:// / wss:// URL。空なら自分のデーモン',
  'Key shared by the daemon and clients on other machines': 'デーモンと他のマシンのクライアントが共有する鍵',
  'HOST:PORT on which the daemon also takes clients from other machines; needs BRIDGE_KEY':
    'デーモンが他のマシンのクライアントも受け付ける HOST:PORT。BRIDGE_KEY が必要',
  'Certificate file (PEM) for --control-listen': '--control-listen 用の証明書ファイル（PEM）',
  'Private key file (PEM) that belongs to the certificate for --control-listen':
    '--control-listen の証明書に対応する秘密鍵ファイル（PEM）',
  '`start` also runs the built-in simulator as a lane, so that something can be heard without MMDAgent-EX':
    '`start` のとき内蔵シミュレーターもレーンとして動かし、MMDAgent-EX なしでも音が聞けるようにする',
  'The server: who may ask, how many sessions there may be, and how each protocol behaves':
    'サーバー：だれが使えるか、セッションはいくつまでか、各プロトコルの振る舞い',
  'settings of the server (in the environment as JSON)': 'サーバーの設定（環境変数では JSON）',
  'What is served at /: the console, the voice page, the popup demo, or the two forms of the popup tutorial (popup-v1 over HTTP, popup-v2 over WebSocket)':
    '/ に置くもの：コンソール、音声ページ、ポップアップの見本、またはポップアップのチュートリアルの二つの形（popup-v1 は HTTP、popup-v2 は WebSocket）',
  'one of console, voice, popup, popup-v1, popup-v2': 'console、voice、popup、popup-v1、popup-v2 のどれか',
  'Who answers, by name: each a system prompt, a model, a voice or whatever differs from the rest':
    'だれが答えるかを名前で：それぞれにシステムプロンプト、モデル、声など、ほかと違うもの',
  'names of personas with what differs for each (in the environment as JSON)':
    'ペルソナの名前と、それぞれ違うもの（環境変数では JSON）',
  'Which of the personas answers those who name none': '名指ししない人にどのペルソナが答えるか',
  'the name of a persona': 'ペルソナの名前',
  'Comments of live streams that the avatar answers: sources, queue and moderation':
    'アバターが答える配信のコメント：取得元、待ち行列、モデレーション',
  'settings of comments (in the environment as JSON)': 'コメントの設定（環境変数では JSON）',
  'The key is missing or wrong, or does not allow this': 'キーがないか違う、またはそのキーでは許されていない',
  'Too many requests in a short time': '短い時間に要求が多すぎる',
  'The certificate or its key could not be read, or do not fit together':
    '証明書または鍵を読めないか、組になっていない',
  'The file of access keys could not be read or written': 'アクセスキーのファイルを読めない、または書けない',
  'No conversation of this caller has this name': 'その呼び出し元にこの名前の会話はない',
  'A source of comments is not set up or failed, or what was sent is no comment':
    'コメントの取得元が設定されていないか失敗した、または送られたものがコメントではない',
  'Address on which the page is served': 'ページを公開するアドレス',
  'Port on which the page is served; 0 is any free one': 'ページを公開するポート。0 なら空いているもの',
  'Open the page in the browser': 'ページをブラウザーで開く',
  'Least important log line that is written': '書き出すログの最低レベル',
  'Write the log to this file instead of stderr': 'ログを標準エラー出力の代わりにこのファイルへ書く',
  'Folder into which every utterance is also written as a sound file':
    'すべての発話を音声ファイルとしても書き出すフォルダー',
  'LOCAL=REMOTE: a folder here and the name under which MMDAgent-EX sees it':
    'LOCAL=REMOTE：こちらのフォルダーと、MMDAgent-EX から見たその名前',
  'Messages a lane holds before its avatar is ready':
    'アバターの準備ができる前にレーンがためるメッセージの数',
  'What gives way when a queue is full: the oldest entry, the newest, or the request (fail)':
    'キューが一杯のとき何を捨てるか。最も古いもの、最も新しいもの、または要求を断る（fail）',
  'How long a stream waits for its client or its avatar to come back':
    'ストリームがクライアントまたはアバターの復帰を待つ時間',
  'Credit: how much sound the daemon takes from a client ahead of what is heard':
    'クレジット：聞こえている位置より先に、デーモンがクライアントから受け取る音声の長さ',
  'How long a command waits for an avatar to be ready': 'コマンドがアバターの準備を待つ時間',
  "Who moves the mouth: peer (MMDAgent-EX's own recogniser, on streamed sound), own (streamed sound with our LIPSYNC_START), local (sound played here, only LIPSYNC_START sent), auto (whichever fits best)":
    '誰が口を動かすか。peer（送った音声を MMDAgent-EX 自身が認識）、own（音声を送り、こちらの LIPSYNC_START で動かす）、local（音はこちらで鳴らし、LIPSYNC_START だけを送る）、auto（最も合うもの）',
  'Engine that speaks, by its name; auto: what is set up, else the embedded voice; several, divided by commas: the next speaks when one fails':
    '話すエンジンの名前。auto なら設定済みのもの、なければ内蔵の声。カンマで区切って複数書くと、失敗したとき次が話す',
  "The engine's own name or number of a voice, as `voices` lists them":
    'エンジンでの声の名前または番号（`voices` の表示のとおり）',
  'Language of text and speech that do not show it themselves, for example ja or en-US':
    '見ただけでは分からない文や音声の言語。例：ja、en-US',
  'Engine that understands speech, by its name; auto: what is set up':
    '音声を認識するエンジンの名前。auto なら設定済みのもの',
  'Engines that speak by name, each with its type and options': '話すエンジン。名前ごとに種類とオプション',
  'Engines that understand speech by name, each with its type and options':
    '音声を認識するエンジン。名前ごとに種類とオプション',
  'Which engine and voice speak a language: ja: {engine: voicevox, voice: 46}':
    '言語ごとにどのエンジンと声が話すか。例：ja: {engine: voicevox, voice: 46}',
  'How fast is spoken; 1 is as the voice does by itself': '話す速さ。1 が声そのままの速さ',
  'File of pronunciations (YAML, JSON or CSV): how names and terms are said':
    '読み方のファイル（YAML、JSON、CSV）：固有名や用語の言い方',
  'Loudness to which every voice is brought, LUFS; off leaves each as it is':
    'すべての声をそろえる音量（LUFS）。off ならそのまま',
  'Disk space for what was spoken, so that it need not be fetched again; 0 keeps nothing':
    '話した音声を残しておくディスク容量。同じものを取り直さずに済む。0 なら残さない',
  "Folder for it; left out: this user's folder for caches":
    'そのフォルダー。省略時はユーザーのキャッシュ用フォルダー',
  'Characters that each engine with a key may be given per day (UTC); 0 is no limit':
    '鍵を使う各エンジンに 1 日（UTC）に渡してよい文字数。0 なら無制限',

  // What values settings take
  'the name of an engine, as `voices` lists them': 'エンジンの名前（`voices` の表示のとおり）',
  'the name or number of a voice, as `voices` lists them': '声の名前または番号（`voices` の表示のとおり）',
  'a BCP 47 language such as ja or en-US': 'ja や en-US のような BCP 47 の言語',
  'a number from 0.25 to 4': '0.25～4 の数',
  'a whole number from 0 to 1000000 (MB)': '0～1000000 の整数（MB）',
  'a whole number from 0 to 1000000000': '0～1000000000 の整数',
  'the name of an engine': 'エンジンの名前',
  'one of auto, peer, own, local': 'auto、peer、own、local のいずれか',
  'names of engines with their options (in the environment as JSON)':
    'エンジンの名前とオプション（環境変数では JSON）',
  'languages with engine, voice, speed and instructions (in the environment as JSON)':
    '言語ごとに engine、voice、speed、instructions（環境変数では JSON）',
  'off, or LUFS from -40 to -10': 'off、または -40 から -10 の LUFS',
  'a path': 'パス',
  'links [name=]URL': 'リンク [名前=]URL',
  'a model alias of 1 to 64 characters without blanks, | and commas':
    '空白、|、カンマを含まない 1～64 文字のモデルエイリアス',
  'a lane name of 1 to 80 characters without blanks and |, as `status` lists them':
    '空白と | を含まない 1～80 文字のレーン名（`status` の表示のとおり）',
  'one of file, stream': 'file、stream のいずれか',
  'a whole number from 0 to 2000 (ms)': '0～2000 の整数（ms）',
  'a whole number from 0 to 1000 (ms)': '0～1000 の整数（ms）',
  'one of lane, refuse': 'lane、refuse のいずれか',
  'IPv4 or IPv6 addresses or CIDR ranges, such as 192.168.1.0/24':
    'IPv4/IPv6 アドレスまたは CIDR 範囲（例 192.168.1.0/24）',
  'empty, a name of 1 to 32 of a-z 0-9 -, or a ws:// or wss:// URL without user, password and query':
    '空、a-z 0-9 - からなる 1～32 文字の名前、またはユーザー名・パスワード・クエリーのない ws:// / wss:// URL',
  'printable ASCII without blanks': '空白を含まない印字可能な ASCII',
  'HOST:PORT, an IPv6 host in [ ]': 'HOST:PORT（IPv6 は [ ] で囲む）',
  'true or false': 'true または false',
  'a host name or address': 'ホスト名またはアドレス',
  'a whole number from 0 to 65535': '0～65535 の整数',
  'one of debug, info, warn, error, silent': 'debug、info、warn、error、silent のいずれか',
  'LOCAL=REMOTE, two folders': 'LOCAL=REMOTE、2 つのフォルダー',
  'a whole number from 0 to 600000 (ms)': '0～600000 の整数（ms）',
  'a whole number from 1 to 100000': '1～100000 の整数',
  'one of drop-oldest, drop-newest, fail': 'drop-oldest、drop-newest、fail のいずれか',
  'a whole number from 200 to 5000 (ms)': '200～5000 の整数（ms）',
  'a whole number from 0 to 3600000 (ms)': '0～3600000 の整数（ms）',

  // Errors
  'A setting, flag, environment variable or config file has a value that is not allowed':
    '設定、フラグ、環境変数、設定ファイルのいずれかに許されない値がある',
  'The config file could not be read or is not YAML/JSON':
    '設定ファイルが読めない、または YAML/JSON ではない',
  'A --link URL is not one of the supported forms': '--link の URL が対応する形式ではない',
  'The .mdf file could not be read, understood or written':
    '.mdf ファイルを読めない、解釈できない、または書けない',
  'A message type is empty, has characters that MMDAgent-EX cannot take, or is reserved':
    'メッセージの型が空、MMDAgent-EX が受け取れない文字を含む、または予約されている',
  'A message argument is empty or holds a character that would forge or break a message':
    'メッセージの引数が空、または別のメッセージを偽造したり壊したりする文字を含む',
  'A message would be longer than 1900 bytes, which MMDAgent-EX cannot take safely':
    'メッセージが、MMDAgent-EX が安全に受け取れる 1900 バイトを超える',
  'The message would end or wedge MMDAgent-EX': 'そのメッセージは MMDAgent-EX を終了または停止させる',
  'A sound unit is empty, odd or larger than MMDAgent-EX takes':
    '音声の単位が空、奇数バイト、または MMDAgent-EX が受け取れる大きさを超える',
  'MMDAgent-EX sent something that is not its protocol': 'MMDAgent-EX がプロトコルにないものを送ってきた',
  'The link cannot carry this, for example sound over stdio': 'そのリンクでは運べない（例：stdio での音声）',
  'The address to listen on is taken or not allowed': '待ち受けるアドレスが使用中、または許されていない',
  'MMDAgent-EX could not be reached at the address': 'そのアドレスの MMDAgent-EX に接続できない',
  'The connection to MMDAgent-EX ended': 'MMDAgent-EX との接続が切れた',
  'No avatar lane has this name, or several fit and none was named':
    'その名前のレーンがない、または該当が複数あって指定がない',
  'No MMDAgent-EX with this model was ready in time':
    'このモデルを持つ MMDAgent-EX が時間内に準備できなかった',
  'The avatar is already speaking and the request said not to wait':
    'アバターは発話中で、要求は待たない指定だった',
  'A bounded queue is full and its policy is to refuse': '上限のあるキューが一杯で、断る方針になっている',
  'No stream has this number, or it has ended': 'その番号のストリームはない、または終わっている',
  'A client sent more sound than the daemon said it would take':
    'クライアントがデーモンの許可量を超える音声を送った',
  'A control frame is malformed, unknown or out of order': '制御フレームの形式が不正、未知、または順序違い',
  'Client and daemon speak different versions of the control protocol':
    'クライアントとデーモンの制御プロトコルの版が違う',
  'The key for the daemon is missing or wrong': 'デーモンの鍵がない、または違う',
  'No daemon answers at the address': 'そのアドレスで応えるデーモンがない',
  'A daemon is already running there': 'そこではすでにデーモンが動いている',
  'The daemon could not be started': 'デーモンを起動できなかった',
  'A real MMDAgent-EX is connected and would end with the daemon':
    '本物の MMDAgent-EX が接続中で、デーモンと一緒に終了してしまう',
  'A sound file could not be opened or read': '音声ファイルを開けない、または読めない',
  'A sound file is of a kind that is not supported, or is damaged beyond use':
    '音声ファイルが未対応の形式、または使えないほど壊れている',
  'A sound file holds no sound': '音声ファイルに音声がない',
  'A file could not be written': 'ファイルに書けない',
  'A path cannot be given to MMDAgent-EX: it lies outside the shared folder or holds a forbidden character':
    'MMDAgent-EX に渡せないパス：共有フォルダーの外にある、または使えない文字を含む',
  'MMDAgent-EX did not play the file: wrong path, too long or no Plugin_Audio':
    'MMDAgent-EX がファイルを再生しなかった：パス違い、長すぎる、または Plugin_Audio がない',
  'The command line is not understood': 'コマンドラインを解釈できない',
  'The call is not possible in this state (an error in the calling code)':
    'この状態ではできない呼び出し（呼び出し側の誤り）',

  // Sound devices
  'one of auto, parec, pw-record, arecord, rec, ffmpeg, mic':
    'auto、parec、pw-record、arecord、rec、ffmpeg、mic のいずれか',
  'one of auto, pacat, pw-play, aplay, play, ffplay': 'auto、pacat、pw-play、aplay、play、ffplay のいずれか',
  'an index, a name or an id': '番号、名前または ID',
  'a whole number from 0 to 100 (%)': '0 から 100 の整数（%）',
  'Which program records the microphone; auto takes the best that is there':
    'マイクの録音に使うプログラム。auto なら、あるもののうち最良のもの',
  'Microphone: its index, name or id as `devices` lists it; left out, the system default':
    'マイク。`devices` が示す番号、名前または ID。省略時はシステムの既定',
  'Which program plays sound here; auto takes the best that is there':
    'こちらでの音声再生に使うプログラム。auto なら、あるもののうち最良のもの',
  'Loudspeaker: its index, name or id as `devices` lists it; left out, the system default':
    'スピーカー。`devices` が示す番号、名前または ID。省略時はシステムの既定',
  'How loud sound is played here, of its own loudness': 'こちらで再生する音量（元の音量に対する割合）',
  "MMDAgent-EX's own lip.txt when it was changed: the phonemes it knows and their mouth shapes":
    'MMDAgent-EX の lip.txt を変更した場合のそのファイル：音素とその口の形',
  'No program that records or plays sound was found, or not the one that was asked for':
    '録音または再生のプログラムが見つからない、または指定されたものがない',
  'No sound device has this name or index, or there is none at all':
    'その名前や番号の音声デバイスがない、または一つもない',
  'Another program holds the sound device': '別のプログラムが音声デバイスを使っている',
  'The sound device went away while in use': '使用中の音声デバイスがなくなった',
  'The sound device is open but gives or takes no sound': '音声デバイスは開いたが、音声が流れない',
  'The microphone gives nothing but digital silence': 'マイクから完全な無音しか来ない',
  'The sound device runs at another rate than it was asked for': '音声デバイスが指定と違うレートで動いている',
  'The program that records or plays sound ended or was killed':
    '録音または再生のプログラムが終わった、または強制終了された',
  'The program that records or plays sound writes errors without end':
    '録音または再生のプログラムがエラーを際限なく出している',
  'The program that records or plays sound reported an error': '録音または再生のプログラムがエラーを報告した',
  'What was played was not found in what was recorded': '再生した音が録音の中に見つからない',
  'A file of phoneme timings could not be read or understood':
    '音素の時刻のファイルを読めない、または解釈できない',
  'A lip.txt could not be read or understood': 'lip.txt を読めない、または解釈できない',
  'A recorded session could not be read': '記録したセッションを読めない',

  // Exit codes
  Done: '成功',
  'It failed; the message on stderr ends with an error code':
    '失敗。標準エラー出力のメッセージの末尾にエラーコード',
  'Wrong usage or configuration: nothing was started or sent':
    '使い方または設定の誤り。何も起動・送信していない',
  'MMDAgent-EX, or the daemon, could not be reached or was not ready in time':
    'MMDAgent-EX またはデーモンに届かない、または時間内に準備できなかった',
  'Interrupted: Ctrl-C, or somebody interrupted the utterance': '中断。Ctrl-C、または他者が発話に割り込んだ',

  // Metrics
  'How late sound units left, behind their deadline': '音声の単位が締め切りからどれだけ遅れて出たか',
  'Sound units sent': '送った音声の単位',
  'Bytes of PCM sent': '送った PCM のバイト数',
  'Message lines exchanged with MMDAgent-EX': 'MMDAgent-EX とやり取りしたメッセージ行',
  'Times MMDAgent-EX must have run out of sound inside a stream':
    'ストリームの途中で MMDAgent-EX の音声が尽きたはずの回数',
  'Silence that those must have caused': 'それによって生じたはずの無音の長さ',
  'Live sound thrown away to bound the lag': '遅れを抑えるために捨てたライブ音声の長さ',
  'Connections to MMDAgent-EX': 'MMDAgent-EX との接続の回数',
  'Times a link was lost or could not be dialled': 'リンクが切れた、または接続できなかった回数',
  'Peers turned away': '断った相手の数',
  'Client requests answered with an error': 'エラーで答えたクライアント要求の数',
  'Utterances interrupted': '割り込まれた発話の数',
  'Errors that nobody handled; the daemon goes on, since its links must live':
    'どこでも処理されなかったエラーの数。リンクを守るためデーモンは動き続ける',
  'Clients connected to the daemon': 'デーモンに接続しているクライアントの数',
  'Whether an MMDAgent-EX is connected': 'MMDAgent-EX が接続しているか',
  'Sound sent and not yet heard': '送ったがまだ聞こえていない音声の長さ',
  'Messages that wait to be sent': '送信待ちのメッセージの数',
  'Utterances spoken or waiting': '発話中または待機中の発話の数',
  'No speech engine has this name, or it is not set up':
    'この名前の音声エンジンがない、または設定されていない',
  "A speech engine's key is missing or was refused": '音声エンジンの鍵がない、または拒まれた',
  'A speech engine does not answer at its address': '音声エンジンがそのアドレスで応答しない',
  'A program or package that speaks or hears on this machine is missing or failed':
    'このマシンで話す、または聞くためのプログラムやパッケージがない、または失敗した',
  'A speech engine did not accept the request': '音声エンジンが要求を受け付けなかった',
  'A speech engine has no such voice': '音声エンジンにその声がない',
  'A speech engine refuses for now: too many requests, or its quota is used up':
    '音声エンジンが今は断っている：要求が多すぎる、または割り当てを使い切った',
  'A speech engine failed, or answered with something that is not what it promises':
    '音声エンジンが失敗した、または約束と違うものを返した',
  'A speech engine stopped answering in the middle': '音声エンジンが途中で応答しなくなった',
  "A speech engine's answer ended too early": '音声エンジンの応答が途中で終わった',
  'The limit set for the use of a speech engine is reached': '音声エンジンの使用量が設定した上限に達した',
  'There is nothing in the text that can be spoken, or it is too long':
    '文に話せるものがない、または長すぎる',
  // The conversation
  'one of auto, stream, local, peer, text': 'auto、stream、local、peer、text のいずれか',
  "How replies are heard: stream (our sound through MMDAgent-EX), local (our sound here, only lips sent), peer (MMDAgent-EX's own voice), text (shown only); auto: what fits engine, lips and link":
    '返事の聞かせ方：stream（こちらの音声を MMDAgent-EX から）、local（音声はここで再生し口の動きだけ送る）、peer（MMDAgent-EX 自身の声）、text（表示だけ）。auto ならエンジン・口・リンクに合うもの',
  'Language model that thinks, by name; several divided by commas: the next takes over when one fails. auto: the first that is set up or has a key, else the built-in demonstration':
    '考える言語モデルの名前。カンマ区切りで複数書くと、失敗したとき次が引き継ぐ。auto なら設定済みか鍵のある最初のもの、なければ内蔵のデモ',
  "The vendor's name of the model, when another than the engine's is meant":
    'エンジンの既定と違うモデルを使うときの、提供元でのモデル名',
  'Who the avatar is and how it speaks, for the language model; {name} stands for a parameter':
    'アバターが何者でどう話すか（言語モデルへの指示）。{name} はパラメータに置き換わる',
  'The same, in a file': '同じものをファイルで',
  'Language models by name, each with its type and options': '言語モデルの名前と、種類・オプション',
  'How a conversation goes: turn taking, interruption, limits of the history, wake words':
    '会話の進め方：順番の取り方、割り込み、履歴の上限、ウェイクワード',
  'What emotions, control tags and phases do: messages for MMDAgent-EX, VRChat, captions':
    '感情・制御タグ・段階が何をするか：MMDAgent-EX へのメッセージ、VRChat、字幕',
  'What the language model may use: MCP servers, memory, pictures, guards':
    '言語モデルが使えるもの：MCP サーバー、記憶、画像、ガード',
  'What is kept of conversations, where and how long': '会話の何を、どこに、いつまで残すか',
  'auto, or names of language models divided by commas': 'auto、またはカンマ区切りの言語モデル名',
  'the name of a model': 'モデルの名前',
  'a text': '文章',
  'names of language models with their options (in the environment as JSON)':
    '言語モデルの名前とオプション（環境変数では JSON）',
  'options of the conversation (in the environment as JSON)': '会話のオプション（環境変数では JSON）',
  'options of expression (in the environment as JSON)': '表現のオプション（環境変数では JSON）',
  'options of tools (in the environment as JSON)': 'ツールのオプション（環境変数では JSON）',
  'options of keeping (in the environment as JSON)': '保存のオプション（環境変数では JSON）',
  'No language model has this name in the settings, or it is not set up':
    'その名前の言語モデルが設定にないか、使える状態でない',
  "A language model's key is missing or was refused": '言語モデルの鍵がないか、拒否された',
  'A language model does not answer at its address': '言語モデルがそのアドレスで応答しない',
  'The server has no such model, or nothing at this address':
    'サーバーにそのモデルがないか、そのアドレスに何もない',
  'A language model did not accept the request': '言語モデルがリクエストを受け付けなかった',
  'A language model refuses for now: too many requests, or its quota is used up':
    '言語モデルが今は拒否している：リクエスト過多、または利用枠の使い切り',
  'A language model failed, or answered with something that is not what it promises':
    '言語モデルが失敗したか、約束と違うものを返した',
  'A language model stopped answering in the middle': '言語モデルの応答が途中で止まった',
  "A language model's answer ended too early": '言語モデルの応答が早く終わりすぎた',
  'A language model or its provider refused to answer because of the content':
    '内容を理由に、言語モデルまたは提供元が回答を拒んだ',
  'A tool of the conversation failed, took too long or got wrong arguments':
    '会話のツールが失敗した、時間がかかりすぎた、または引数が誤っていた',
  'An MCP server could not be started or reached, or broke its protocol':
    'MCP サーバーを起動できない、接続できない、またはプロトコル違反',
  'No picture could be taken from the camera or screen, or it is too large':
    'カメラや画面の画像を取れないか、大きすぎる',
  'The long-term memory could not be read, written or searched': '長期記憶を読み書き・検索できない',
  'A guardrail refused what was asked or answered': 'ガードが質問または回答を拒んだ',
  'The detector of voice activity is missing or failed': '音声区間検出器がないか、失敗した',
  'A control tag, emotion or expression sink is wrong or could not be reached':
    '制御タグ・感情・表現先の指定が誤っているか、届かない',
  'A kept conversation could not be read or written': '保存された会話を読み書きできない',
  'A turn was not taken: too many wait, or the conversation is closed':
    '発言を受け付けなかった：待ちが多すぎるか、会話が閉じている',
};
