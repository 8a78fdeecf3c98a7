import { describe, expect, it } from 'vitest';
import { AvatarWatch } from '../../../src/chat/avatar-watch.js';
import type { BridgeClient } from '../../../src/client/index.js';
import type { LaneStatus } from '../../../src/control/index.js';
import { Emitter } from '../../../src/runtime/index.js';

function lane(name: string, fields: Partial<LaneStatus>): LaneStatus {
  return {
    lane: name,
    link: `${name}:`,
    model: '0',
    state: 'ready',
    isSimulator: false,
    carriesSound: true,
    connections: 1,
    isSpeaking: false,
    bufferedMs: 0,
    ...fields,
  };
}

async function watch(lanes: readonly LaneStatus[], name?: string) {
  const events = new Emitter<{ laneState: [lane: LaneStatus] }>();
  const client = {
    events,
    request: async (what: string) => (what === 'status' ? { lanes } : {}),
  } as unknown as BridgeClient;
  return { avatar: await AvatarWatch.open(client, name), events };
}

describe('The avatar of a conversation', () => {
  it('is a real one before a simulator, whatever their order', async () => {
    const { avatar } = await watch([lane('simulator', { isSimulator: true }), lane('ws', {})]);
    expect(avatar.lane?.lane).toBe('ws');
  });

  it('is the simulator while no other is ready', async () => {
    const { avatar, events } = await watch([
      lane('ws', { state: 'disconnected' }),
      lane('simulator', { isSimulator: true }),
    ]);
    expect(avatar.lane?.lane).toBe('simulator');
    events.emit('laneState', lane('ws', {}));
    expect(avatar.lane?.lane).toBe('ws');
  });

  it('is the one that was named, also while it is away', async () => {
    const { avatar } = await watch([lane('a', {}), lane('b', { state: 'disconnected' })], 'b');
    expect(avatar.lane?.lane).toBe('b');
    expect(avatar.isReady).toBe(false);
  });

  it('is none where there is no lane', async () => {
    const { avatar } = await watch([]);
    expect(avatar.lane).toBeUndefined();
  });
});
