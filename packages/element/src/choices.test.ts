import { describe, expect, it } from 'vitest';

import {
  type Choices,
  abilitiesOf,
  gentler,
  missingAbilities,
  rememberChoices,
  rememberedChoices,
} from './choices.js';

const CHOICES: Choices = { light: 'low', without: ['turn_left', 'nod'], cameraId: 'front' };
const memory = () => {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
};
const broken = {
  getItem: () => {
    throw new Error('SecurityError');
  },
  setItem: () => {
    throw new Error('QuotaExceededError');
  },
};

describe('choices', () => {
  it('are remembered', () => {
    const storage = memory();
    rememberChoices(storage, CHOICES);
    expect(rememberedChoices(storage)).toEqual(CHOICES);
  });

  it('are asked again where nothing usable is remembered', () => {
    expect(rememberedChoices(memory())).toBe(null);
    expect(rememberedChoices(null)).toBe(null);
    expect(rememberedChoices(broken)).toBe(null);
    expect(() => {
      rememberChoices(broken, CHOICES);
    }).not.toThrow();
    for (const stored of ['{', '1', '{"light":"bright","without":[],"cameraId":null}', '{"light":"low"}']) {
      expect(rememberedChoices({ ...memory(), getItem: () => stored }), stored).toBe(null);
    }
  });

  it('become what the server is told that the person can do', () => {
    expect(abilitiesOf(CHOICES)).toEqual({
      light: 'low',
      movements: ['turn_right', 'open_mouth', 'blink', 'come_closer'],
    });
  });

  it('must leave enough to ask for', () => {
    const without: Choices['without'] = ['turn_left', 'turn_right', 'open_mouth', 'blink'];
    expect(missingAbilities({ ...CHOICES, without })).toBe(null);
    expect(missingAbilities({ ...CHOICES, without, light: 'none' })).toBe('three');
    expect(missingAbilities({ ...CHOICES, without: [...without, 'nod', 'come_closer'] })).toBe('one');
  });
});

describe('gentler', () => {
  it('lets nobody have more light than they want, nor than the page allows', () => {
    expect(gentler('full', 'none')).toBe('none');
    expect(gentler('none', 'low')).toBe('none');
    expect(gentler('low', 'full')).toBe('low');
  });
});
