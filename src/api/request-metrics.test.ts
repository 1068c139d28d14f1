import { expect, it } from 'vitest';

import { routeLabel } from './request-metrics.js';

it('names a route by its template, and all that is not the API by a few names', () => {
  expect(routeLabel('/user/sessions/:id', 404)).toBe('/user/sessions/:id');
  expect(routeLabel('/openapi.json', 200)).toBe('/openapi.json');
  expect(routeLabel('/docs/swagger-ui.css', 200)).toBe('/docs');
  expect(routeLabel('*', 204)).toBe('preflight');
  for (const route of ['/', '/*', '/assets/index-B3xk.js', '/vultus-face-check.js', '/favicon.svg']) {
    expect(routeLabel(route, 200)).toBe('page');
  }
  expect(routeLabel('/*', 404)).toBe('unknown');
  expect(routeLabel(undefined, 404)).toBe('unknown');
});
