import { describe, expect, it } from 'vitest';
import { chooseTopology, type TopologySituation } from '../../../src/chat/choose-topology.js';

const usual: TopologySituation = {
  asked: 'auto',
  engineType: 'voicevox',
  isEngineChosen: false,
  lips: 'auto',
  carriesSound: true,
};

describe('The topology of a conversation', () => {
  it.each([
    ['is the one asked for', { asked: 'text', engineType: 'mmdagent' }, 'text'],
    ['streams our sound where the link carries it', {}, 'stream'],
    ["is MMDAgent-EX's own voice when that is the engine", { engineType: 'mmdagent' }, 'peer'],
    [
      'is the client that plays it, whatever the engine and the link',
      { hasPlayer: true, lips: 'local' },
      'client',
    ],
    ['is only read by a client where that is asked for', { hasPlayer: true, asked: 'text' }, 'text'],
    ['is local when lips are', { lips: 'local' }, 'local'],
    ["is MMDAgent-EX's own voice where the link carries no sound", { carriesSound: false }, 'peer'],
    [
      'plays an engine that was chosen here, where the link carries no sound',
      { carriesSound: false, isEngineChosen: true },
      'local',
    ],
    ['streams the sound of a speech-to-speech model', { isSound: true, engineType: 'mmdagent' }, 'stream'],
    [
      'plays the sound of a speech-to-speech model here, where the link carries none',
      { isSound: true, carriesSound: false },
      'local',
    ],
  ] as const)('%s', (_title, situation, topology) => {
    expect(chooseTopology({ ...usual, ...situation }).topology).toBe(topology);
  });
});
