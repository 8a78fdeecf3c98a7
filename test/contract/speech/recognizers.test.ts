import {
  type AzureVendor,
  type HearingVendor,
  startAzureVendor,
  startHearingVendor,
} from '../../support/speech/hearing-vendor.js';
import { recognizerContract } from './recognizer-contract.js';

const KEY = 'sk-proj-0123456789abcdefXYZ';

const wordsOf = (text: string) =>
  text.split(' ').map((word, index) => ({ word, start: index * 0.1, end: index * 0.1 + 0.09 }));

/** The samples of a WAV file somewhere in a body. */
function wavIn({ requests }: HearingVendor): Uint8Array {
  const { body } = requests[0] ?? { body: Buffer.alloc(0) };
  const at = body.indexOf('RIFF');
  const bytes = body.readUInt32LE(at + 40);
  return body.subarray(at + 44, at + 44 + bytes);
}

recognizerContract({
  name: 'openai with words',
  key: KEY,
  hasWords: true,
  hasPartials: false,
  elsewhere: (port) => ({ baseUrl: `http://127.0.0.1:${port}/v1` }),
  received: wavIn,
  start: () =>
    startHearingVendor({
      type: 'openai',
      options: (url) => ({ baseUrl: `${url}/v1`, apiKey: KEY, model: 'whisper-1' }),
      answer: (text = '') => ({
        type: 'application/json',
        body: JSON.stringify({
          task: 'transcribe',
          language: 'english',
          duration: 1,
          text,
          words: text === '' ? [] : wordsOf(text),
        }),
      }),
    }),
});

recognizerContract({
  name: 'openai streamed',
  key: KEY,
  hasWords: false,
  hasPartials: true,
  elsewhere: (port) => ({ baseUrl: `http://127.0.0.1:${port}/v1` }),
  received: wavIn,
  start: () =>
    startHearingVendor({
      type: 'openai',
      options: (url) => ({ baseUrl: `${url}/v1`, apiKey: KEY }),
      answer: (text = '') => ({
        type: 'text/event-stream; charset=utf-8',
        body: [
          ...text.split(/(?<= )/).map((delta) => ({ type: 'transcript.text.delta', delta })),
          { type: 'transcript.text.done', text },
        ]
          .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
          .join(''),
      }),
    }),
});

recognizerContract({
  name: 'google',
  key: KEY,
  hasWords: true,
  hasPartials: false,
  elsewhere: (port) => ({ baseUrl: `http://127.0.0.1:${port}/v1` }),
  received: ({ requests }) =>
    Buffer.from(JSON.parse(requests[0]?.body.toString('utf8') ?? '{}').audio.content, 'base64'),
  start: () =>
    startHearingVendor({
      type: 'google',
      options: (url) => ({ baseUrl: `${url}/v1`, apiKey: KEY }),
      answer: (text) => ({
        type: 'application/json; charset=UTF-8',
        body: JSON.stringify(
          text === undefined
            ? {}
            : {
                results: [
                  {
                    alternatives: [
                      {
                        transcript: text,
                        confidence: 0.97,
                        words: wordsOf(text).map(({ word, start, end }) => ({
                          word,
                          startTime: `${start.toFixed(3)}s`,
                          endTime: `${end.toFixed(3)}s`,
                        })),
                      },
                    ],
                    resultEndTime: '1s',
                    languageCode: 'en-us',
                  },
                ],
              },
        ),
      }),
    }),
});

recognizerContract({
  name: 'http',
  key: KEY,
  hasWords: false,
  hasPartials: false,
  elsewhere: (port) => ({ url: `http://127.0.0.1:${port}/asr` }),
  received: wavIn,
  start: () =>
    startHearingVendor({
      type: 'http',
      options: (url) => ({
        url: `${url}/asr`,
        apiKey: KEY,
        headers: { Authorization: 'Bearer {key}' },
        text: '/result/0/text',
      }),
      answer: (text = '') => ({ type: 'application/json', body: JSON.stringify({ result: [{ text }] }) }),
    }),
});

recognizerContract({
  name: 'azure',
  key: KEY,
  hasWords: true,
  hasPartials: true,
  isLive: true,
  elsewhere: (port) => ({ baseUrl: `ws://127.0.0.1:${port}` }),
  received: (vendor) => Buffer.concat((vendor as AzureVendor).talks[0]?.sound.slice(1) ?? []),
  start: () => startAzureVendor(KEY),
});
