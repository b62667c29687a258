import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { LedgerEntry } from '../../../src/contract/ledger.ts'
import { HksError } from '../../../src/contract/errors.ts'
import type { ExecutionHistoryInit } from '../../../src/contract/webviews.ts'
import { describeInVscode } from '../../support/describeInVscode.ts'
import { execution, now } from '../support/cronJobs.ts'
import {
  executionHistoryHost,
  historyInit,
  historyJob,
  ledgerEntries,
  logLines,
} from '../support/executionHistoryHost.ts'
import { accessibilityViolations, type OpenWebview } from '../support/openWebview.ts'
import { pagesOfSuite } from '../support/pagesOfSuite.ts'
import type { ThemeName } from '../support/themes.ts'

describeInVscode('the execution history in a browser', () => {
  const openPage = pagesOfSuite('executionHistory')
  let open: OpenWebview<'executionHistory'>

  async function start(
    options: {
      entries?: LedgerEntry[]
      init?: Partial<ExecutionHistoryInit>
      change?: Parameters<typeof executionHistoryHost>[2]
      theme?: ThemeName
      width?: number
    } = {},
  ) {
    const { entries = ledgerEntries(60), init = {}, change = {}, ...look } = options
    const host = executionHistoryHost(historyInit(init), entries, change)
    open = await openPage({ handlers: host.handlers, listeners: host.listeners, ...look })
    await open.page.locator('h1').waitFor()
    return { page: open.page, host }
  }

  const rows = (page: Page) => page.locator('.grid-rows [role=row]')
  const selectedRow = (page: Page) => page.locator('.grid-rows [aria-selected=true]')
  const press = (page: Page, name: string) => page.getByRole('button', { name }).click()
  const log = (page: Page) => page.getByRole('log')
  const running = () => {
    const {
      completedAt: _c,
      exitCode: _e,
      ...open
    } = execution({
      id: 'run-live',
      scheduledAt: '2026-11-23T12:00:00.000Z',
      startedAt: '2026-11-23T12:00:00.020Z',
      status: 'running',
      phase: 'running',
      attempts: [{ number: 1, startedAt: '2026-11-23T12:00:00.020Z' }],
    })
    return open
  }
  const liveEntries = (): LedgerEntry[] => [
    { scheduledAt: '2026-11-23T12:00:00.000Z', outcome: 'ran', execution: running() },
    ...ledgerEntries(10),
  ]

  it('shows runs and what did not run, with cause, lateness and counts', async () => {
    const { page } = await start()
    await rows(page).first().waitFor()
    assert.match(await rows(page).first().innerText(), /12:55\s+12:55:00\.0\s+12 ms\s+8\.9 s\s+Succeeded\s+schedule/)
    await page.getByRole('gridcell', { name: 'Failed: exit 137 (out of memory)' }).first().waitFor()
    const counts = await page.getByRole('list', { name: 'Counts in this time' }).innerText()
    assert.match(
      counts.replaceAll(/\s+/g, ' '),
      /45 succeeded 6 failed 4 missed 3 skipped 2 unknown p50 18\.5 s p95 28 s/,
    )
    await page.locator('hks-runs .grid-box').focus()
    await page.keyboard.press('PageDown')
    await page.keyboard.press('PageDown')
    await page.getByRole('gridcell', { name: 'Missed: the gateway was not running' }).first().waitFor()
  })

  it('shows the log of the newest run, and of another when it is selected', async () => {
    const asked: unknown[] = []
    const { page } = await start({
      change: {
        log: params => {
          asked.push(params.executionId)
          return { items: logLines(3), more: false, next: { after: 0 }, end: 'run ended' }
        },
      },
    })
    await log(page).getByText('line 3: fetched').waitFor()
    await rows(page).nth(3).click()
    await page.getByRole('heading', { name: /Run due .*12:40/ }).waitFor()
    await log(page).getByText('line 3: fetched').waitFor()
    assert.deepEqual(asked, ['run-0', 'run-3'])
  })

  it('moves through table and timeline with the keyboard', async () => {
    const { page } = await start()
    await rows(page).first().waitFor()
    await page.getByRole('grid').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    assert.match(await selectedRow(page).innerText(), /12:45/)
    await page.getByRole('listbox', { name: /Runs over time/ }).focus()
    await page.keyboard.press('ArrowRight')
    assert.match(await selectedRow(page).innerText(), /12:50/)
    await page.keyboard.press('Home')
    await page.getByRole('heading', { name: /Run due .*08:00/ }).waitFor()
    await page.keyboard.press('End')
    assert.match(await selectedRow(page).innerText(), /12:55/)
    await page.getByRole('grid').focus()
    await page.keyboard.press('End')
    await page.getByRole('heading', { name: /Run due .*08:00/ }).waitFor()
  })

  it('draws one bar for each occurrence, told apart by shape, and a click selects', async () => {
    const { page } = await start({ entries: ledgerEntries(40) })
    const bars = page.locator('.bar')
    await bars.first().waitFor()
    assert.equal(await bars.count(), 40)
    for (const shape of ['.succeeded .body', '.failed path.mark', '.missed rect.outline', '.skipped circle'])
      assert.ok((await page.locator(`.bar${shape}`).count()) > 0, shape)
    await page.locator('.bar.missed').last().click()
    await page.getByText('Nothing ran at this time, so there is no log.').waitFor()
    assert.match(await selectedRow(page).innerText(), /Missed: the gateway was not running/)
  })

  it('loads older pages while one scrolls, and keeps only the rows in sight', async () => {
    const { page, host } = await start({ entries: ledgerEntries(5000) })
    await rows(page).first().waitFor()
    assert.ok((await rows(page).count()) < 60)
    const grid = page.locator('.grid-box')
    for (let i = 0; host.queries.length < 4 && i < 100; i++) {
      await grid.evaluate(box => box.scrollTo(0, box.scrollHeight))
      await page.evaluate(() => new Promise(requestAnimationFrame))
    }
    assert.deepEqual(
      host.queries.slice(0, 4).map(query => query.cursor),
      [undefined, '200', '400', '600'],
    )
    assert.ok((await rows(page).count()) < 60)
    await grid.evaluate(box => box.scrollTo(0, 150 * 24))
    await rows(page).filter({ hasText: '00:25' }).first().waitFor()
  })

  it('asks again for another time and outcome', async () => {
    const { page, host } = await start()
    await rows(page).first().waitFor()
    await page.getByLabel('Outcome', { exact: true }).selectOption('failed')
    await page.waitForFunction(() => document.querySelectorAll('.grid-rows [role=row]').length === 6)
    await page.getByLabel('Time', { exact: true }).selectOption('24h')
    await page.waitForFunction(() => document.querySelectorAll('.grid-rows [role=row]').length === 6)
    const last = host.queries.at(-1)
    assert.equal(last?.outcome, 'failed')
    const back = Date.parse(now) - Date.parse(last?.from ?? '')
    assert.ok(Math.abs(back - 86_400_000) < 120_000, `${back}`)
  })

  it('says when nothing is there, and offers what helps', async () => {
    const { page, host } = await start({ entries: ledgerEntries(5) })
    await page.getByLabel('Outcome', { exact: true }).selectOption('missed')
    await page.getByText('Nothing missed in this time.').waitFor()
    await press(page, 'Show all outcomes')
    await rows(page).first().waitFor()
    host.entries = []
    await page.getByLabel('Time', { exact: true }).selectOption('7d')
    await page.getByText('Nothing was due in this time and nothing ran.').waitFor()
    await page.locator('.empty').getByRole('button', { name: 'Run now' }).click()
    assert.deepEqual(host.asked, ['trigger {}'])
  })

  it('says why the history does not load, and retries', async () => {
    let isDown = true
    const working = executionHistoryHost(historyInit(), ledgerEntries(5)).handlers
    const { page } = await start({
      change: {
        ledger: (query, signal) => {
          if (isDown) throw new HksError('STORE_FAILED', 'The store did not answer.', { hint: 'Look into its log.' })
          return working.ledger(query, signal)
        },
      },
    })
    await page.getByText('The history could not be loaded: The store did not answer.').waitFor()
    isDown = false
    await press(page, 'Retry')
    await rows(page).first().waitFor()
  })

  it('says why a log does not load, and retries', async () => {
    let isDown = true
    const { page } = await start({
      change: {
        log: () => {
          if (isDown) throw new HksError('NOT_FOUND', 'The log is gone.')
          return { items: logLines(2), more: false, next: { after: 0 }, end: 'run ended' }
        },
      },
    })
    await page.getByText('The log could not be loaded: The log is gone.').waitFor()
    isDown = false
    await press(page, 'Retry')
    await log(page).getByText('line 2: fetched').waitFor()
  })

  it('follows the log of a run that goes on, each line once', async () => {
    const { page, host } = await start({
      entries: liveEntries(),
      change: { log: () => ({ items: logLines(5), more: false, next: { after: 0 } }) },
    })
    await log(page).getByText('line 5: fetched').waitFor()
    await page.waitForFunction(() => document.querySelectorAll('.log-line').length === 5)
    assert.deepEqual(host.asked, ['followLog {"followId":1,"executionId":"run-live","after":5}'])
    open.emit('logLines', { followId: 1, lines: logLines(10, 4) })
    await log(page).getByText('line 13: fetched').waitFor()
    assert.equal(await page.locator('.log-line').count(), 13)
    open.emit('logLines', { followId: 99, lines: logLines(1, 500) })
    open.emit('logLines', { followId: 1, lines: logLines(2, 14), end: 'run ended' })
    await log(page).getByText('line 15: fetched').waitFor()
    assert.equal(await log(page).getByText('line 500').count(), 0)
    await rows(page).nth(2).click()
    await page.getByRole('button', { name: 'Run again' }).waitFor()
  })

  it('stays where the reader is, and goes to the end when told to follow', async () => {
    const { page } = await start({
      entries: liveEntries(),
      change: { log: () => ({ items: logLines(300), more: false, next: { after: 0 } }) },
    })
    await log(page).getByText('line 299: fetched').waitFor()
    const follow = page.getByRole('checkbox', { name: 'Follow' })
    await log(page).evaluate(element => element.scrollTo(0, 0))
    await page.waitForFunction(() => document.querySelector('hks-checkbox')?.getAttribute('aria-checked') === 'false')
    open.emit('logLines', { followId: 1, lines: logLines(100, 301) })
    await page.waitForFunction(() => document.querySelectorAll('.log-line').length === 400)
    assert.equal(await log(page).evaluate(element => element.scrollTop), 0)
    await follow.click()
    await page.waitForFunction(() => (document.querySelector('hks-log')?.scrollTop ?? 0) > 1000)
  })

  it('keeps the last lines of a long log and offers the whole', async () => {
    const { page, host } = await start({
      change: {
        log: ({ after = 0 }) => ({
          items: logLines(10_000, after + 1),
          more: after === 0,
          next: { after: after + 10_000 },
          end: 'run ended',
        }),
      },
    })
    await page.getByText('The last 10,000 lines.').waitFor()
    assert.equal(await page.locator('.log-line').count(), 10_000)
    assert.match((await page.locator('.log-line').first().textContent()) ?? '', /line 10001:/)
    await press(page, 'Open the whole log in an output channel')
    assert.deepEqual(host.asked, ['openInOutput {"executionId":"run-0"}'])
  })

  it('finds text in the log, forward and backward', async () => {
    const { page } = await start()
    await log(page).getByText('line 59: fetched').waitFor()
    const find = page.getByLabel('Find in the log')
    await find.fill('RETRYING')
    await page.getByText('1 of 6').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('2 of 6').waitFor()
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.press('Shift+Enter')
    await page.getByText('6 of 6').waitFor()
    assert.equal(await page.evaluate(() => CSS.highlights.get('hks-match')?.size), 6)
    await find.fill('nowhere')
    await page.getByText('not found').waitFor()
    await page.keyboard.press('Escape')
    assert.equal(await find.inputValue(), '')
  })

  it('wraps, copies and opens the log elsewhere', async () => {
    const { page, host } = await start({
      change: { log: () => ({ items: logLines(2), more: false, next: { after: 0 }, end: 'x' }) },
    })
    await log(page).getByText('line 2: fetched').waitFor()
    await page.getByRole('checkbox', { name: 'Wrap' }).click()
    await page.locator('hks-log.wrap').waitFor()
    await press(page, 'Copy the log')
    await press(page, 'Open in an output channel')
    await press(page, 'Edit schedule')
    await open.delivered()
    assert.match(host.asked[0] ?? '', /^copy .*stdout line 1: fetched rows of orders\\n/)
    assert.deepEqual(host.asked.slice(1), ['openInOutput {"executionId":"run-0"}', 'editSchedule'])
  })

  it('shows attempts, exit code and reason', async () => {
    const { page } = await start()
    await rows(page).filter({ hasText: 'exit 137' }).first().click()
    await page.locator('.segment').filter({ hasText: 'Details' }).click()
    const details = page.locator('.details')
    await details.waitFor()
    const text = (await details.innerText()).replaceAll(/\s+/g, ' ')
    assert.match(text, /Outcome Failed: exit 137 \(out of memory\) Reason Error Exit code 137/)
    assert.match(text, /No\. Started Duration Ended 1 .*exit 137/)
  })

  it('shows what a run had of its own', async () => {
    const entries = ledgerEntries(3)
    const [, second] = entries
    const changes = { args: ['--full', 'a b'], environment: { WHO: 'moon' }, image: 'job:2' }
    entries[1] = { ...second!, execution: { ...second!.execution!, trigger: 'manual', changes } }
    const { page } = await start({ entries })
    await page.locator('.segment').filter({ hasText: 'Details' }).click()
    const details = page.locator('.details')
    assert.doesNotMatch(await details.innerText(), /Run with/)
    await rows(page).nth(1).click()
    await details.getByText('Run with image').waitFor()
    const text = (await details.innerText()).replaceAll(/\s+/g, ' ')
    assert.match(text, /Run with arguments --full 'a b' Run with variables WHO=moon Run with image job:2/)
  })

  it('runs now and again, and stops a run', async () => {
    const { page, host } = await start()
    await rows(page).nth(3).click()
    await press(page, 'Run again')
    await page.getByRole('heading', { name: /^Run of / }).waitFor()
    await press(page, 'Stop')
    await page.getByRole('button', { name: 'Run now' }).click()
    await open.delivered()
    assert.deepEqual(
      host.asked.filter(text => !text.includes('Log')),
      ['trigger {"retryOf":"run-3"}', 'stopRun {"executionId":"run-new"}', 'trigger {}'],
    )
  })

  it('says why a run did not start', async () => {
    const { page } = await start({
      init: { trusted: false },
      change: {
        trigger: () => {
          throw new HksError('FORBIDDEN', 'This workspace is not trusted.', { hint: 'Trust it to run things.' })
        },
      },
    })
    await press(page, 'Run now')
    await page.getByText('Not started: This workspace is not trusted.').waitFor()
    await page.getByRole('button', { name: 'Manage Workspace Trust' }).waitFor()
    open.emit('trust', { trusted: true })
    await page.getByText('Not started').waitFor({ state: 'detached' })
  })

  it('shows new runs on top at once and follows their state', async () => {
    const { page, host } = await start()
    await rows(page).first().waitFor()
    open.emit('execution', { execution: running() })
    await rows(page).first().getByText('Running').waitFor()
    const { scheduledAt } = running()
    host.entries = [
      {
        scheduledAt: scheduledAt!,
        outcome: 'ran',
        execution: execution({ id: 'run-live', scheduledAt: scheduledAt! }),
      },
      ...host.entries,
    ]
    open.emit('execution', { execution: host.entries[0]!.execution! })
    await rows(page).first().getByText('Succeeded').waitFor()
    await page.getByRole('list', { name: 'Counts in this time' }).getByText('46').waitFor()
  })

  it('shows occurrences that nothing ran for as they pass', async () => {
    const { page, host } = await start()
    await rows(page).first().waitFor()
    host.entries = [
      { scheduledAt: '2026-11-23T12:00:00.000Z', outcome: 'skipped', reason: 'suspended' },
      ...host.entries,
    ]
    open.emit('cronJob', { cronJob: historyJob({ suspend: true }) })
    await rows(page).first().getByText('Skipped: the CronJob was suspended').waitFor()
    await page.getByText(/· suspended/).waitFor()
  })

  it('tells that the gateway is away, and catches up when it is back', async () => {
    const { page, host } = await start()
    await rows(page).first().waitFor()
    open.emit('connection', { connected: false })
    await page.getByText('The gateway cannot be reached; the history stands still.').waitFor()
    host.entries = [{ scheduledAt: '2026-11-23T12:00:00.000Z', outcome: 'missed' }, ...host.entries]
    open.emit('connection', { connected: true })
    await rows(page).first().getByText('Missed: nothing ran').waitFor()
    assert.equal(await page.getByText('cannot be reached').count(), 0)
  })

  it('stays readable after the CronJob was deleted', async () => {
    const { page } = await start()
    await rows(page).first().waitFor()
    open.emit('deleted', { id: 'job-1' })
    await page.getByText(/· deleted/).waitFor()
    assert.equal(await page.getByRole('button', { name: 'Run now' }).count(), 0)
    assert.ok((await rows(page).count()) > 0)
  })

  it('selects the run that it was opened for, also on an older page, and another on request', async () => {
    const { page } = await start({ entries: ledgerEntries(500), init: { executionId: 'run-420' } })
    const due = (index: number) => ledgerEntries(500)[index]!.scheduledAt!.slice(14, 16)
    await page.getByRole('heading', { name: new RegExp(`Run due .*:${due(420)}$`) }).waitFor()
    open.emit('select', { executionId: 'run-3' })
    await page.getByRole('heading', { name: /Run due .*12:40/ }).waitFor()
    open.emit('select', { executionId: 'nobody' })
    await page.getByText('That run is not in the time and outcome shown here.').waitFor()
  })

  it('selects the run that was asked for while it was hidden, whatever was selected before', async () => {
    let asked: Partial<ExecutionHistoryInit> = {}
    const { page } = await start({ change: { init: () => historyInit(asked) } })
    await rows(page).nth(5).click()
    asked = { executionId: 'run-3' }
    await page.reload()
    await page.getByRole('heading', { name: /Run due .*12:40/ }).waitFor()
  })

  it('restores filter, selection and pane after a reload', async () => {
    const { page } = await start()
    await page.getByLabel('Outcome', { exact: true }).selectOption('failed')
    await page.waitForFunction(() => document.querySelectorAll('.grid-rows [role=row]').length === 6)
    await rows(page).nth(2).click()
    await page.locator('.segment').filter({ hasText: 'Details' }).click()
    const title = await page.locator('.detail h2').innerText()
    await page.reload()
    await page.locator('.details').waitFor()
    assert.equal(await page.locator('.detail h2').innerText(), title)
    assert.equal(await page.getByLabel('Outcome', { exact: true }).inputValue(), 'failed')
  })

  for (const theme of ['dark', 'light', 'hcDark', 'hcLight'] as const)
    it(`has no accessibility fault in ${theme}`, async () => {
      const { page } = await start({ theme, entries: liveEntries() })
      await log(page).getByText('line 59: fetched').waitFor()
      assert.deepEqual(await accessibilityViolations(page), [])
      await page.locator('.segment').filter({ hasText: 'Details' }).click()
      await page.locator('.details').waitFor()
      await press(page, 'Run now')
      assert.deepEqual(await accessibilityViolations(page), [])
    })

  it('fits into 300 pixels', async () => {
    const { page } = await start({ width: 300 })
    await rows(page).first().waitFor()
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.equal(await overflow(), 0)
    await page.locator('.segment').filter({ hasText: 'Details' }).click()
    await page.locator('.details').waitFor()
    assert.equal(await overflow(), 0)
  })
})
