/**
 * What may stand in the sections of a settings file, as lines of YAML, for `config init`. Each is whole: taken as it stands, it is read
 * without a fault (a test does so), and does nothing before somebody takes it.
 */
export const SECTION_EXAMPLES: Readonly<Record<string, string>> = {
  llmEngines: `
llmEngines:
  openai:               # OPENAI_API_KEY in the environment
    model: gpt-4.1-mini
  local:                # any server that speaks OpenAI's protocol
    type: openai
    baseUrl: http://127.0.0.1:8080/v1
    model: my-model`,
  engines: `
engines:
  voicevox:             # a VOICEVOX engine on this machine
    baseUrl: http://127.0.0.1:50021`,
  sttEngines: `
sttEngines:
  openai:               # any server that speaks OpenAI's protocol, such as whisper.cpp's
    baseUrl: http://127.0.0.1:8000/v1
    model: whisper-1`,
  speechRoutes: `
speechRoutes:
  ja: { engine: voicevox, voice: "46" }`,
  conversation: `
conversation:
  welcome: Hello! Ask me anything.
  history: { maxTokens: 3000, maxPairs: 20 }
  interruption: { by: words }
  wake: { words: [], timeoutMs: 60000 }`,
  expression: `
expression:
  peer:
    caption: true
    actions:
      face:joy: { motion: gene/motion/01_happy.vmd }
      animation:wave: { motion: motion/wave.vmd }`,
  tools: `
tools:
  memory: { type: file }
  guards:
    - { on: response, words: [secret], action: replace, text: Let us talk about something else. }`,
  keep: `
keep: { store: jsonl, recordings: false, days: 30 }`,
  serve: `
serve:
  visitors: false       # true: pages may talk without a key
  origins: []           # other sites whose pages may, such as https://example.org
  trustedProxies: []    # addresses of proxies in front, such as 127.0.0.1
  loginHours: 12
  imageLinks: false     # true: clients may give pictures by address, which the model's vendor fetches
  sessions:
    maxSessions: 500
    maxPerCaller: { visitor: 4, client: 200, operator: 500 }
    idleMinutes: 10
    sleepMinutes: 5
    contextMinutes: 60
  avatars:              # what keys of role client may do; operators may everything
    lanes: []
    messageTypes: []
  popup:
    createAudioOfAnswer: true
    welcome: Hello! Ask me anything.`,
  personas: `
personas:
  guide:
    systemPrompt: You are a cheerful guide. Answer in one or two sentences.
    welcome: Welcome! Where do you want to go?
    language: en
  neko:
    systemPrompt: あなたは猫です。一文か二文で答えてください。
    language: ja
    speed: 1.1`,
  comments: `
comments:
  persona: guide
  sources:
    onecomme: { type: onecomme }
    twitch: { type: twitch, channel: twitchdev }
  queue: { order: newest, staleMs: 120000, policy: whenIdle }
  moderation: { blockedWords: [], links: remove }`,
};
