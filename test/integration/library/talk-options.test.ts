import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bridge, type ChatModel, connect } from '../../../src/index.js';
import { until } from '../daemon/rig.js';

/** Says whether it was made ready before anything was asked. */
class LazyModel implements ChatModel {
  readonly name = 'lazy';
  readonly type = 'custom';
  readonly model = 'lazy';
  readonly seesImages = false;
  readonly callsTools = false;
  readonly told: string[] = [];

  async *stream() {
    this.told.push('asked');
    yield { type: 'text' as const, text: '[face:joy]Yes.' };
    yield { type: 'end' as const, reason: 'stop' as const };
  }

  async warmUp(): Promise<void> {
    this.told.push('warm');
  }

  async close(): Promise<void> {}
}

describe('A conversation of a program', () => {
  const path = process.env['PATH'];
  let bridge: Bridge;
  let model: LazyModel;
  const closing: (() => Promise<unknown>)[] = [];
  beforeEach(() => {
    model = new LazyModel();
  });
  afterEach(async () => {
    process.env['PATH'] = path;
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function talk(options: Parameters<Bridge['talk']>[0]) {
    bridge = await connect({ embedded: { links: ['simulator:'] } });
    closing.push(() => bridge.close());
    const opened = await bridge.talk({ llm: { custom: { lazy: model } }, ...options });
    closing.push(() => opened.close());
    return opened;
  }

  it('has its model ready before the first turn', async () => {
    const opened = await talk({ voice: { topology: 'text' } });
    await until(() => model.told.length > 0);
    await opened.ask('Hello').ended;
    expect(model.told).toEqual(['warm', 'asked']);
  }, 30_000);

  it('is heard by the loudspeaker that it names', async () => {
    process.env['PATH'] = '';
    const opened = await talk({
      voice: { topology: 'local' },
      loudspeaker: { backend: 'aplay', device: 'cable' },
    });
    const { outcome, error } = await opened.ask('Hello').ended;
    expect(outcome).toBe('failed');
    expect(error).toMatchObject({ code: 'BRIDGE_ERR_DEVICE_TOOL' });
    expect(error?.message).toContain('aplay');
  }, 30_000);

  it('shows feelings on the model that speaks, whatever its alias', async () => {
    const sent: string[] = [];
    const opened = await talk({ voice: { topology: 'text', model: 'gene' }, expression: { peer: {} } });
    bridge.on('sent', ({ text }) => sent.push(text));
    // Also when the program wants other events than the conversation.
    await bridge.subscribe('links', 'messages');
    await until(async () => (await bridge.status()).lanes[0]?.state === 'ready');
    await opened.ask('Hello').ended;
    await until(() => sent.some((text) => text.startsWith('MOTION_ADD')));
    expect(sent).toContain('MOTION_ADD|gene|action|gene/motion/01_happy.vmd|PART|ONCE');
  }, 30_000);

  it('shows its beginning when its avatar is there, before anybody says a word', async () => {
    const sent: string[] = [];
    const bridge = await connect({ embedded: { links: ['simulator:'] } });
    closing.push(() => bridge.close());
    bridge.on('sent', ({ text }) => sent.push(text));
    await bridge.subscribe('messages');
    const actions = { start: 'SCENE|begins', idle: 'SCENE|rests', end: 'SCENE|ends' };
    const opened = await bridge.talk({
      llm: { custom: { lazy: model } },
      voice: { topology: 'text' },
      expression: { peer: { actions } },
    });
    closing.push(() => opened.close());
    await until(() => sent.length > 1);
    await opened.ask('Hello').ended;
    await until(() => sent.filter((text) => text === 'SCENE|rests').length > 1);
    await opened.close();
    await until(() => sent.includes('SCENE|ends'));
    expect(sent.filter((text) => text.startsWith('SCENE'))).toEqual([
      'SCENE|begins',
      'SCENE|rests',
      'SCENE|rests',
      'SCENE|ends',
    ]);
  }, 30_000);
});
