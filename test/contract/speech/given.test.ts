import { GivenSynthesizer } from '../../../src/speech/given-synthesizer.js';
import type { Synthesizer } from '../../../src/speech/index.js';
import { type RunningVendor, startHttpVendor } from '../../support/speech/http-vendor.js';
import { testPcm } from '../../support/speech/sound.js';
import { synthesizerContract } from './synthesizer-contract.js';

const KEY = 'sk-proj-0123456789abcdefXYZ';
const PCM = testPcm(6001);

/** Lent to us: its owner closes it, as a program does. */
class Lent extends GivenSynthesizer {
  readonly #own: Synthesizer;

  constructor(own: Synthesizer) {
    super(own);
    this.#own = own;
  }

  override close(): Promise<void> {
    return this.#own.close();
  }
}

async function start(): Promise<RunningVendor> {
  const vendor = await startHttpVendor({
    type: 'openai',
    options: (url) => ({ baseUrl: `${url}/v1`, apiKey: KEY, format: 'pcm' }),
    answer: ({ method, path }) =>
      method === 'POST' && path === '/v1/audio/speech'
        ? { sound: { headers: { 'content-type': 'audio/pcm' }, body: PCM } }
        : undefined,
  });
  const create = vendor.create.bind(vendor);
  return Object.assign(vendor, {
    create: (...made: Parameters<typeof create>) => new Lent(create(...made)),
  });
}

// What a program's own engine keeps of the contract comes through whole.
synthesizerContract({
  name: "a program's own engine",
  key: KEY,
  text: 'It is a quiet evening, and nobody listens.',
  sampleRateHz: 24_000,
  pcm: PCM,
  tells: [],
  elsewhere: (url) => ({ baseUrl: `${url}/v1` }),
  start,
});
