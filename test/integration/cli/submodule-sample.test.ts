import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliRig, cliRig, type Running } from './rig.js';

const LIMIT_MS = 60_000;

interface Message {
  readonly role: string;
  readonly content: string;
}

/** Chat Completions that stream a reply letter by letter, or refuse. */
class Vendor {
  readonly asked: (readonly Message[])[] = [];
  reply: string | 'refused' = '';
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (data: Buffer) => {
        body += data.toString();
      });
      request.on('end', () => {
        if (request.method !== 'POST') {
          response.end('{"data":[]}');
          return;
        }
        this.asked.push((JSON.parse(body) as { readonly messages: readonly Message[] }).messages);
        if (this.reply === 'refused') {
          response.writeHead(400).end('{"error":{"message":"no"}}');
          return;
        }
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const content of this.reply)
          response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`);
        response.write('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n');
        response.end('data: [DONE]\n\n');
      });
    });
  }

  async url(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** MMDAgent-EX as far as a submodule sees it: speaks one `SYNTH_START` at a time, each for so long. */
function engine(sub: Running, speakMs: number) {
  const lines: string[] = [];
  let rest = '';
  let speaking: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearTimeout(speaking);
    if (speaking !== undefined) sub.type('SYNTH_EVENT_STOP|0\n');
    speaking = undefined;
  };
  sub.child.stdout?.on('data', (data: Buffer) => {
    const parts = (rest + data.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      lines.push(speaking !== undefined && line.startsWith('SYNTH_START|') ? `TOO EARLY ${line}` : line);
      if (line.startsWith('SYNTH_STOP|')) stop();
      if (!line.startsWith('SYNTH_START|')) continue;
      sub.type('SYNTH_EVENT_START|0\n');
      speaking = setTimeout(stop, speakMs);
    }
  });
  sub.type('MODEL_EVENT_ADD|0\n');
  return lines;
}

const spoken = (lines: readonly string[]) =>
  lines.filter((line) => /SYNTH_START|MOTION_ADD/.test(line)).map((line) => line.trim());

describe("The ChatGPT document's sample, as a submodule with a config", () => {
  let rig: CliRig;
  let vendor: Vendor;
  let config: string;
  let settings: Record<string, unknown>;
  beforeEach(async () => {
    rig = cliRig();
    vendor = new Vendor();
    settings = {
      systemPrompt: 'You are Gene.',
      llmEngines: { sample: { type: 'openai', baseUrl: await vendor.url(), model: 'm' } },
      expression: {
        tags: { numberedEmotions: true },
        peer: { actions: { 'animation:ask': { prompt: 'What will it be?', choices: ['Tea', 'Coffee'] } } },
      },
    };
    config = rig.file('bridge.json', JSON.stringify(settings));
  });
  afterEach(async () => {
    await rig.close();
    await vendor.close();
  });

  async function started(speakMs: number) {
    const sub = rig.start('submodule', '--config', config);
    const lines = engine(sub, speakMs);
    await sub.says(/Replies: peer/);
    return { sub, lines };
  }

  it(
    'C16–C19, C-t7, C-t8: each sentence of a stream has the motion of its own emotion, and none of the labels is spoken',
    async () => {
      const { sub, lines } = await started(800);
      vendor.reply = '1 Hello my friend! 9 I have 3.14 pies, e.g. none. 0 Bye';
      sub.type('RECOG_EVENT_STOP|Hello|there\n');
      await sub.says(/00_normal\.vmd/);
      expect(spoken(lines)).toEqual([
        'SYNTH_START|0|slt_voice_normal|Hello my friend!',
        'MOTION_ADD|0|action|gene/motion/01_happy.vmd|PART|ONCE',
        'SYNTH_START|0|slt_voice_normal|I have three point one four pies, for example, none.',
        'MOTION_ADD|0|action|gene/motion/34_sad.vmd|PART|ONCE',
        'SYNTH_START|0|slt_voice_normal|Bye',
        'MOTION_ADD|0|action|gene/motion/00_normal.vmd|PART|ONCE',
      ]);
      const [asked = []] = vendor.asked;
      expect(asked.map(({ role }) => role)).toEqual(['system', 'user']);
      expect(asked[0]?.content).toMatch(/You are Gene\.[\s\S]*9 sad/);
      expect(asked[1]?.content).toBe('Hello|there');
    },
    LIMIT_MS,
  );

  it(
    'C7, C15, C-t4, C-t5: outlives a refusal, answers what is recognised while it speaks, and remembers what was heard',
    async () => {
      const { sub, lines } = await started(3000);
      vendor.reply = 'refused';
      sub.type('RECOG_EVENT_STOP|Are you there?\n');
      await sub.says(/SYNTH_START\|0\|[^|\n]+\|Sorry/);
      vendor.reply = '1 I am here.';
      sub.type('RECOG_EVENT_STOP|And now?\n');
      await sub.says(/SYNTH_START\|0\|[^|\n]+\|I am here\./);
      // Sooner, both would be answered as one question.
      await new Promise((resolve) => setTimeout(resolve, 2200));
      sub.type('RECOG_EVENT_STOP|What did you say?\n');
      await sub.says(/I am here\.[\s\S]*SYNTH_STOP[\s\S]*SYNTH_START\|0\|[^|\n]+\|I am here\./);
      expect(lines.filter((line) => line.startsWith('TOO EARLY'))).toEqual([]);
      const last = vendor.asked.at(-1) ?? [];
      expect(last.map(({ content }) => content).join('\n')).not.toContain('Are you there?');
      expect(last.at(-1)).toEqual({ role: 'user', content: 'What did you say?' });
    },
    LIMIT_MS,
  );

  it(
    'shows a question on the screen, and takes the choice as a turn that interrupts',
    async () => {
      const { sub } = await started(3000);
      vendor.reply = '[animation:ask]What shall I bring you?';
      sub.type('RECOG_EVENT_STOP|I am thirsty\n');
      await sub.says(/PROMPT_SHOW\|What will it be\?\|Tea\|Coffee\n/);
      vendor.reply = 'Here it is.';
      sub.type('PROMPT_EVENT_SELECTED|1\n');
      await sub.says(/SYNTH_STOP\|0\n[\s\S]*\|Here it is\./);
      expect(vendor.asked.at(-1)?.at(-1)?.content).toMatch(/\bCoffee$/);
    },
    LIMIT_MS,
  );

  it(
    'greets when its avatar is there, and the model knows what it said',
    async () => {
      const conversation = { welcome: '1 Welcome!' };
      config = rig.file('greets.json', JSON.stringify({ ...settings, conversation }));
      const { sub, lines } = await started(500);
      await sub.says(/SYNTH_START\|0\|[^|\n]+\|Welcome!/);
      await sub.says(/01_happy\.vmd/);
      vendor.reply = '0 I am well.';
      sub.type('RECOG_EVENT_STOP|How are you?\n');
      await sub.says(/\|I am well\./);
      expect(spoken(lines).slice(0, 2)).toEqual([
        'SYNTH_START|0|slt_voice_normal|Welcome!',
        'MOTION_ADD|0|action|gene/motion/01_happy.vmd|PART|ONCE',
      ]);
      expect(vendor.asked[0]).toContainEqual(
        expect.objectContaining({ role: 'assistant', content: '1 Welcome!' }),
      );
    },
    LIMIT_MS,
  );

  it(
    'does not greet who has spoken to it first',
    async () => {
      const conversation = { welcome: 'Welcome!' };
      config = rig.file('late.json', JSON.stringify({ ...settings, conversation }));
      vendor.reply = 'Yes, what is it?';
      const sub = rig.start('submodule', '--config', config);
      sub.type('RECOG_EVENT_STOP|Are you there?\n');
      await sub.says(/Replies: peer/);
      while (vendor.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      const lines = engine(sub, 200);
      sub.type('RECOG_EVENT_STOP|And now?\n');
      await sub.says(/\|Yes, what is it\?/);
      expect(lines.join('\n')).not.toContain('Welcome!');
    },
    LIMIT_MS,
  );

  it(
    'is what the ready-made settings of mdf-examples are for',
    async () => {
      config = fileURLToPath(new URL('../../../mdf-examples/chatgpt.yaml', import.meta.url));
      const { sample } = settings['llmEngines'] as { readonly sample: object };
      rig.env['BRIDGE_LLM_ENGINES'] = JSON.stringify({ openai: sample });
      vendor.reply = '1 Hello my friend!';
      const { sub, lines } = await started(300);
      sub.type('RECOG_EVENT_STOP|Hello\n');
      await sub.says(/01_happy\.vmd/);
      expect(spoken(lines).slice(0, 2)).toEqual([
        'SYNTH_START|0|slt_voice_normal|Hello my friend!',
        'MOTION_ADD|0|action|gene/motion/01_happy.vmd|PART|ONCE',
      ]);
    },
    LIMIT_MS,
  );
});
