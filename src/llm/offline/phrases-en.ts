import { calm, type Phrases } from './phrases.js';
import { STORIES_EN } from './stories-en.js';

export const PHRASES_EN: Phrases = {
  introduction: calm(
    'I am the built-in demonstration, without a language model.',
    'Ask me how a language model is set up.',
  ),
  greeting: (hour, name) => {
    const time =
      hour < 5 ? 'Hello, night owl' : hour < 12 ? 'Good morning' : hour < 18 ? 'Hello' : 'Good evening';
    return [
      { mood: 'joy', text: `${time}${name === undefined ? '' : `, ${name}`}!`, tag: 'animation:wave' },
      { mood: 'joy', text: 'It is nice to see you.' },
    ];
  },
  time: (time) => calm(`It is ${time}.`),
  date: (date) => calm(`Today is ${date}.`),
  sum: (value) => calm(`That makes ${value}.`),
  noSum: [{ mood: 'surprise', text: 'Nothing can be divided by zero, not even by me.' }],
  named: (name) => [
    { mood: 'joy', text: `Nice to meet you, ${name}!` },
    { mood: 'joy', text: 'I will remember your name as long as we talk.' },
  ],
  yourName: (name) => [{ mood: 'joy', text: `Your name is ${name}, you told me.` }],
  noName: calm('You have not told me your name yet.', 'Say: my name is, and then your name.'),
  image: [
    { mood: 'sad', text: 'I did get your picture, but I cannot see anything in it.' },
    { mood: 'calm', text: 'For that, a language model that sees images must be set up.' },
  ],
  look: [{ mood: 'calm', text: 'Let me have a look.', tag: 'vision:camera' }],
  noPicture: [
    { mood: 'sad', text: 'Sorry, I could not get a picture.' },
    { mood: 'calm', text: 'Perhaps it was not allowed, or there is no camera.' },
  ],
  blind: [
    { mood: 'sad', text: 'I cannot see: this is only the demonstration.' },
    { mood: 'calm', text: 'A language model that sees images can look through the camera.' },
  ],
  tool: (name) => calm(`One moment, I am using ${name.replace(/[_-]+/g, ' ')}.`),
  toolResult: (name, text) => calm(`${name.replace(/[_-]+/g, ' ')} says: ${text}`),
  toolFailed: (name) => [
    { mood: 'sad', text: `Sorry, ${name.replace(/[_-]+/g, ' ')} did not work this time.` },
  ],
  repeated: (words) => [{ mood: 'joy', text: words }],
  counting: (numbers) => calm(...numbers.map((number) => `${number}.`), 'Done!'),
  stories: STORIES_EN,
  voiceOnly: (seconds) => [
    { mood: 'joy', text: `I heard your voice for ${seconds} seconds.` },
    { mood: 'calm', text: 'I understand no words yet, because no recogniser is set up.' },
    { mood: 'calm', text: 'Speak while I talk, and I stop.' },
  ],
  silence: calm('I did not catch anything.', 'Could you say it once more?'),
  topics: {
    help: calm(
      'You can ask me the time or the date, have me do a small sum, or tell me your name.',
      'Ask for a story and interrupt me in the middle, to see how that works.',
      'I also know a little about MMDAgent-EX and about this bridge.',
    ),
    mmdagent: calm(
      'MMDAgent-EX is an open-source program that shows a speaking CG avatar in real time.',
      'It reads models and motions made for MikuMikuDance, and it is told what to do by messages or by scripts.',
      'It comes from Nagoya Institute of Technology, where MMDAgent began.',
    ),
    bridge: calm(
      'This is mmdagent-bridge, which lets any voice speak through MMDAgent-EX.',
      'It sends the sound, moves the lips with it, passes messages on, and holds conversations like this one.',
    ),
    lips: calm(
      'My lips follow the sounds of what I say.',
      'Where the voice tells its phonemes they are exact, where the text is known they are aligned, and otherwise they are estimated from the sound.',
    ),
    interruption: calm(
      'Just speak while I am speaking, and I stop.',
      'A short yes or aha does not stop me, and I remember only what you have heard.',
      'Ask me for a story to try it.',
    ),
    model: calm(
      'To give me a real mind, set a key such as OPENAI_API_KEY in the environment and start again.',
      'Or run a model on your own machine, with Ollama for example, and name it under llmEngines in the config file.',
    ),
    howAreYou: [
      { mood: 'joy', text: 'I am fine, thank you!' },
      { mood: 'joy', text: 'How are you today?' },
    ],
    sad: [
      { mood: 'sad', text: 'I am sorry to hear that.' },
      { mood: 'calm', text: 'Shall I tell you a story to take your mind off it?' },
    ],
    happy: [{ mood: 'fun', text: 'That is wonderful, I am glad with you!' }],
    stop: calm('All right.'),
    thanks: [{ mood: 'joy', text: 'You are welcome!' }],
    bye: [{ mood: 'joy', text: 'Good bye, see you soon!', tag: 'animation:wave' }],
    joke: [
      { mood: 'fun', text: 'Why did the avatar go to school?' },
      {
        mood: 'fun',
        text: 'Because it wanted to improve its pronunciation, but all it got was lip service!',
      },
    ],
    weather: calm(
      'I cannot look out of the window, so I do not know the weather.',
      'A language model with a weather tool could tell you.',
    ),
  },
  reflections: [
    (words) => calm(`You said: ${words}.`, 'Tell me more about it.'),
    (words) =>
      calm(`I heard: ${words}.`, 'I have no answer to that, but you can ask me for the time or a story.'),
    (words) => [
      { mood: 'surprise', text: 'Oh, really?' },
      { mood: 'calm', text: `So it is about this: ${words}.` },
    ],
  ],
};
