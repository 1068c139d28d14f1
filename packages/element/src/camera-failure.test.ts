import { describe, expect, it } from 'vitest';

import { browserFamily, cameraFailure } from './camera-failure.js';

const FINE = { isSecureContext: true, hasMediaDevices: true, isAllowedByPolicy: true };
const named = (name: string) => Object.assign(new Error('no'), { name });

describe('why there is no camera', () => {
  it.each([
    ['NotAllowedError', 'permission_refused'],
    ['SecurityError', 'permission_refused'],
    ['NotFoundError', 'no_camera'],
    ['OverconstrainedError', 'no_camera'],
    ['NotReadableError', 'camera_in_use'],
    ['AbortError', 'camera_in_use'],
  ])('%s is %s', (name, failure) => {
    expect(cameraFailure(named(name), FINE)).toBe(failure);
  });

  it('is the page where the page cannot have one, whatever the browser threw', () => {
    const refused = named('NotAllowedError');
    expect(cameraFailure(refused, { ...FINE, isAllowedByPolicy: false })).toBe('camera_forbidden');
    expect(cameraFailure(refused, { ...FINE, isSecureContext: false, hasMediaDevices: false })).toBe(
      'insecure_context',
    );
    expect(cameraFailure(new TypeError(), { ...FINE, hasMediaDevices: false })).toBe('no_camera');
  });
});

describe('the family of a browser', () => {
  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
      0,
      'chromium',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', 0, 'firefox'],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
      0,
      'safari',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
      5,
      'ios',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/130.0 Mobile/15E148 Safari/604.1',
      5,
      'ios',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36',
      5,
      'android',
    ],
  ])('%s', (userAgent, touchPoints, family) => {
    expect(browserFamily(userAgent, touchPoints)).toBe(family);
  });
});
