import { defineConfig } from '@playwright/test';

/** A running shop. Chromium resolves `*.localhost` to this machine by itself. */
const baseURL = process.env.LOCALMART_URL ?? 'http://localmart.localhost:8080';

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/traces',
  forbidOnly: true,
  retries: 0,
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    baseURL,
    browserName: 'chromium',
    locale: 'en-IE',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--disable-quic',
      ],
    },
  },
  projects: [
    { name: 'journeys', testMatch: 'journeys/*.spec.ts' },
    { name: 'a11y', testMatch: 'a11y/*.spec.ts' },
  ],
});
