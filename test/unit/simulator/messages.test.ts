import { describe, expect, test } from 'vitest';
import { createRig, latin1, type Rig } from './rig.js';

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Delays of `reply` after `request`, sent at many phases of the frame grid. */
function delays(rig: Rig, fps: number, request: string, reply: string): number[] {
  const found: number[] = [];
  for (let run = 0; run < 41; run++) {
    // Whole seconds lie on every frame grid used here; the rest spreads the phases evenly over one frame.
    const phaseMs = (run / 41) * (1000 / fps);
    rig.clock.advance(Math.ceil(rig.clock.nowMs() / 1000) * 1000 + 1000 + phaseMs - rig.clock.nowMs());
    const sentMs = rig.clock.nowMs();
    rig.send(request);
    rig.clock.advance(1000);
    found.push(rig.delayOf(reply, sentMs) ?? Number.NaN);
  }
  return found;
}

describe('start-up', () => {
  test('a dialling peer tells its start in the measured order and order of time', () => {
    const rig = createRig({}, {}, false);
    rig.clock.advance(2000);
    const types = rig.texts().map((text) => text.split('|').slice(0, 2).join('|'));
    expect(types.map((type) => type.replace(/^(MENU|MENU_EVENT|CURRENT_TIME)\|.*/, '$1'))).toEqual([
      'PLUGIN_EVENT_ENABLE|VIManager',
      'MODEL_ADD|0',
      'MODEL_EVENT_ADD|0',
      'MENU',
      'MENU_EVENT',
      'PLUGIN_EVENT_ENABLE|Remote',
      'CURRENT_TIME',
    ]);
    const readyMs = rig.delayOf('MODEL_EVENT_ADD|0', 0) ?? 0;
    expect(readyMs).toBeGreaterThan(850);
    expect(readyMs).toBeLessThan(1000);
  });

  test('nothing is answered while a model loads, and the queued messages run after it', () => {
    const rig = createRig({}, {}, false);
    rig.clock.advance(100);
    const sentMs = rig.clock.nowMs();
    rig.send('ROTATE_START|0|0,0,0|LOCAL\n');
    rig.clock.advance(700);
    expect(rig.texts().some((text) => text.startsWith('ROTATE'))).toBe(false);
    rig.clock.advance(1000);
    const texts = rig.texts();
    expect(texts.indexOf('ROTATE_EVENT_STOP|0')).toBeGreaterThan(texts.indexOf('MODEL_EVENT_ADD|0'));
    expect(rig.delayOf('ROTATE_EVENT_START|0', sentMs)).toBeGreaterThan(750);
  });

  test('a TCP client of the peer gets REMOTE_EVENT_CONNECTED', () => {
    const rig = createRig({}, { kind: 'tcp-server' }, false);
    rig.clock.advance(2000);
    expect(rig.texts()).toContain('REMOTE_EVENT_CONNECTED|127.0.0.1');
  });

  test('models load when the options say so', () => {
    const rig = createRig(
      {
        models: [
          { alias: 'x', loadMs: 50 },
          { alias: 'y', addAfterMs: 3000 },
        ],
      },
      {},
      false,
    );
    rig.clock.advance(5000);
    expect(rig.delayOf('MODEL_EVENT_ADD|x', 0)).toBeLessThan(150);
    expect(rig.delayOf('MODEL_EVENT_ADD|y', 0)).toBeGreaterThan(3850);
  });

  test('a slow model and a model added by the bridge', () => {
    const rig = createRig({ models: [] });
    rig.peer.inject({ slowModelMs: 4000 });
    const sentMs = rig.clock.nowMs();
    rig.send('MODEL_ADD|m|gene/Gene.pmd\nROTATE_START|m|0,0,0|LOCAL\n');
    rig.clock.advance(6000);
    expect(rig.delayOf('MODEL_EVENT_ADD|m', sentMs)).toBeGreaterThan(4000);
    expect(rig.delayOf('ROTATE_EVENT_STOP|m', sentMs)).toBeGreaterThan(4000);
  });
});

describe('readiness probes', () => {
  const replies = (message: string, models = [{ alias: '0' }]): string[] => {
    const rig = createRig({ models });
    rig.send(`${message}\n`);
    rig.clock.advance(300);
    expect(rig.texts()[0]).toBe(message);
    return rig.texts().slice(1);
  };
  test.each(['ROTATE', 'MOVE'])('%s_START of 0,0,0 answers only with the model', (kind) => {
    expect(replies(`${kind}_START|0|0,0,0|LOCAL`)).toEqual([`${kind}_EVENT_START|0`, `${kind}_EVENT_STOP|0`]);
    expect(replies(`${kind}_START|0|0,0,0|LOCAL`, [])).toEqual([]);
    expect(replies(`${kind}_START|wrong|0,0,0|LOCAL`)).toEqual([]);
  });
  test('TURN_START, unbinding', () => {
    expect(replies('TURN_START|0|0,0,1|LOCAL')).toEqual(['TURN_EVENT_START|0', 'TURN_EVENT_STOP|0']);
    expect(replies('MODEL_UNBINDFACE|0|あ')).toEqual(['MODEL_EVENT_UNBINDFACE|0|あ']);
    expect(replies('MODEL_UNBINDFACE|0|unknown')).toEqual([]);
    expect(replies('MODEL_UNBINDBONE|0|センター')).toEqual(['MODEL_EVENT_UNBINDBONE|0|センター']);
  });
  test.each(['LIPSYNC_STOP|0', 'MOVE_STOP|0', 'MOTION_RESET|0', 'MODEL_BINDFACE|0|unknown|1'])(
    '%s answers nothing',
    (message) => {
      expect(replies(message)).toEqual([]);
    },
  );
  test('SPEAK_STOP answers for any alias', () => {
    expect(replies('SPEAK_STOP|nobody')).toEqual(['SPEAK_EVENT_STOP|nobody']);
  });
  test('while the model turns the probe gives a false STOP and the turn goes on', () => {
    const rig = createRig();
    rig.send('ROTATE_START|0|0,90,0|LOCAL\n');
    rig.clock.advance(200);
    rig.send('ROTATE_START|0|0,0,0|LOCAL\n');
    rig.clock.advance(2000);
    expect(rig.texts().filter((text) => text === 'ROTATE_EVENT_STOP|0')).toHaveLength(2);
  });
  test('a deleted model says so and answers no more', () => {
    expect(replies('MODEL_DELETE|0')).toEqual(['LIPSYNC_EVENT_STOP|0', 'MODEL_EVENT_DELETE|0']);
  });
});

describe('reply delays', () => {
  const lip = 'LIPSYNC_START|0|x\n';
  test.each([
    [60, 31, 18, 45],
    [15, 101, 66, 141],
    [12, 134, 83, 180],
  ])('LIPSYNC_EVENT_START at %i fps comes after about %i ms', (fps, middle, least, most) => {
    const found = delays(createRig({ fps }), fps, lip, 'LIPSYNC_EVENT_START|0');
    expect(Math.abs(median(found) - middle)).toBeLessThan(10);
    expect(Math.min(...found)).toBeGreaterThan(least);
    expect(Math.max(...found)).toBeLessThan(most);
  });
  test('the echo comes with the answer, also over TCP', () => {
    const rig = createRig({}, { kind: 'tcp-server' });
    const middle = median(delays(rig, 60, 'X|1\n', 'X|1'));
    expect(middle).toBeGreaterThan(20);
    expect(middle).toBeLessThan(40);
  });
  test('frames every 20 ms do not starve the echo, every 2 ms does until they stop', () => {
    const rig = createRig();
    const echoDelay = (everyMs: number): number => {
      const found: number[] = [];
      for (let run = 0; run < 11; run++) {
        const sentMs = rig.clock.nowMs();
        rig.send(`T|${everyMs}|${run}\n`);
        for (let at = 0; at < 1000; at += everyMs) {
          rig.clock.advance(everyMs);
          rig.link.write(latin1('SND0000'));
        }
        rig.clock.advance(500);
        found.push(rig.delayOf(`T|${everyMs}|${run}`, sentMs) ?? Number.NaN);
      }
      return median(found);
    };
    expect(echoDelay(20)).toBeLessThan(60);
    expect(echoDelay(8)).toBeGreaterThan(60);
    expect(echoDelay(2)).toBeGreaterThan(1000);
  });
  test('the fault starve holds everything back, once', () => {
    const rig = createRig();
    rig.peer.inject({ starveMs: 2000 });
    const sentMs = rig.clock.nowMs();
    rig.send('X|1\n');
    rig.clock.advance(3000);
    expect(rig.delayOf('X|1', sentMs)).toBeGreaterThanOrEqual(2000);
  });
  test('the fault truncateEcho cuts the next echo and glues the one after', () => {
    const rig = createRig();
    rig.peer.inject({ truncateEcho: 3 });
    rig.send('LONG|1\nX|1\n');
    rig.clock.advance(200);
    expect(rig.frames.map((frame) => new TextDecoder().decode(frame))).toEqual(['LON', 'X|1\n']);
  });
  test('freeze and half-open', () => {
    const rig = createRig();
    rig.peer.inject({ freezeMs: 1000 });
    rig.send('X|1\n');
    rig.clock.advance(900);
    expect(rig.lines).toEqual([]);
    rig.clock.advance(200);
    expect(rig.texts()).toEqual(['X|1']);
    rig.peer.inject({ halfOpen: true });
    rig.send('Y|1\n');
    rig.clock.advance(1000);
    rig.peer.inject({ halfOpen: false });
    rig.send('Z|1\n');
    rig.clock.advance(1000);
    expect(rig.texts()).toEqual(['X|1', 'Z|1']);
  });
});

describe('avatar messages', () => {
  test('AV_START and AV_END are answered, the verbs are not echoed', () => {
    const rig = createRig();
    rig.send('__AV_START\n__AV_SETMODEL,0\nSNDFILE\n__AV_END\n');
    rig.clock.advance(200);
    expect(rig.texts()).toEqual(['AVATAR|START', 'AVATAR|END']);
  });
  test('IDLE starts 15.0 s after the last byte and stops on the next', () => {
    const rig = createRig();
    rig.send('X|1\n');
    const sentMs = rig.clock.nowMs();
    rig.clock.advance(20_000);
    const idleMs = rig.delayOf('AVATAR_EVENT_IDLE|START', sentMs) ?? 0;
    expect(idleMs).toBeGreaterThanOrEqual(15_000);
    expect(idleMs).toBeLessThan(15_060);
    rig.link.write(latin1('SND0000'));
    rig.clock.advance(100);
    expect(rig.texts().at(-1)).toBe('AVATAR_EVENT_IDLE|STOP');
  });
  test('AVATAR_CONTROL', () => {
    const rig = createRig();
    rig.send('AVATAR_CONTROL|DISABLE\n');
    rig.clock.advance(1000);
    rig.send('AVATAR_CONTROL|ENABLE\n');
    rig.clock.advance(1000);
    expect(
      rig.texts().filter((text) => text.startsWith('AVATAR') && !text.startsWith('AVATAR_CONTROL')),
    ).toEqual([
      'AVATAR|END',
      'AVATAR_EVENT_CONTROL|DISABLED',
      'AVATAR|START',
      'AVATAR_EVENT_CONTROL|ENABLED',
    ]);
  });
  test('CURRENT_TIME every minute, MOTION_ADD is answered', () => {
    const rig = createRig();
    rig.clock.advance(180_000);
    expect(rig.texts().filter((text) => /^CURRENT_TIME\|\d\d\|\d\d$/.test(text))).toHaveLength(3);
    rig.send('MOTION_ADD|0|action|a.vmd|PART|ONCE\n');
    rig.clock.advance(100);
    expect(rig.texts().at(-1)).toBe('MOTION_EVENT_ADD|0|action');
  });
});

describe('lost connections', () => {
  test('linux: the process dies by signal 9', () => {
    const rig = createRig();
    rig.peer.disconnect('nobody');
    expect(rig.deaths).toEqual([]);
    rig.link.close();
    expect(rig.deaths.map(({ signal }) => signal)).toEqual([9]);
    expect(rig.clock.pendingCount).toBe(0);
  });
  test.each(['linux', 'windows'] as const)(
    '%s: with sound buffered the remote thread deadlocks',
    (platform) => {
      const rig = createRig({ platform }, { kind: 'tcp-server', connectionId: 'A' });
      rig.peer.connect('B', { kind: 'tcp-server', remoteAddress: '127.0.0.1' });
      rig.send('__AV_SETMODEL,0\n');
      rig.link.write(latin1(`SND4096${'ab'.repeat(2048)}`));
      rig.peer.disconnect('B');
      expect(rig.peer.status).toBe('deadlocked');
      expect(rig.wedges).toHaveLength(1);
      const playedMs = rig.peer.playedMs;
      rig.send('X|1\n');
      rig.clock.advance(1000);
      expect(rig.texts()).not.toContain('X|1');
      expect(rig.peer.playedMs).toBe(playedMs);
      expect(rig.clock.pendingCount).toBe(0);
    },
  );
  test('windows: it survives, forgets the avatar and keeps unfinished bytes', () => {
    const rig = createRig({ platform: 'windows' }, { connectionId: 'A' });
    rig.send('__AV_SETMODEL,0\nPART|abc');
    rig.link.close();
    rig.peer.connect('B', { kind: 'websocket', remoteAddress: '127.0.0.1' });
    rig.clock.advance(1500);
    rig.executed.length = 0;
    rig.peer.receive('B', latin1('AFTER|1\n'));
    rig.peer.receive('B', latin1(`SND4096${'ab'.repeat(2048)}`));
    rig.clock.advance(1000);
    expect(rig.executed).toEqual(['PART|abcAFTER|1']);
    expect(rig.played).toEqual([]);
  });
  test('PLUGIN_DISABLE|Remote, the drop fault and the kill fault end it', () => {
    const disabled = createRig();
    disabled.send('PLUGIN_DISABLE|Remote\n');
    disabled.clock.advance(100);
    expect(disabled.deaths.map(({ signal }) => signal)).toEqual([9]);
    const dropped = createRig();
    dropped.peer.inject({ drop: true });
    expect(dropped.closedBy).toBe('injected-drop');
    const killed = createRig();
    killed.peer.inject({ killSignal: 15 });
    expect(killed.deaths[0]?.signal).toBe(15);
  });
});
