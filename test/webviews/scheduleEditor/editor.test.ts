import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { Application, RefusedKind } from '../../../src/contract/applications.ts'
import { HksError, invalidField } from '../../../src/contract/errors.ts'
import type { ScheduleEditorInit } from '../../../src/contract/webviews.ts'
import { describeInVscode } from '../../support/describeInVscode.ts'
import { eventually } from '../../support/eventually.ts'
import { cronJob } from '../support/cronJobs.ts'
import { accessibilityViolations, type OpenWebview } from '../support/openWebview.ts'
import { heldSave } from '../support/heldSave.ts'
import { pagesOfSuite } from '../support/pagesOfSuite.ts'
import { createInit, editInit, scheduleEditorHost } from '../support/scheduleEditorHost.ts'
import type { ThemeName } from '../support/themes.ts'

describeInVscode('the schedule editor in a browser', () => {
  const openPage = pagesOfSuite('scheduleEditor')
  let open: OpenWebview<'scheduleEditor'>

  async function start(
    init: ScheduleEditorInit,
    change: Parameters<typeof scheduleEditorHost>[1] = {},
    look: { theme?: ThemeName; width?: number } = {},
  ) {
    const host = scheduleEditorHost(init, change)
    open = await openPage({ handlers: host.handlers, listeners: host.listeners, ...look })
    await open.page.locator('h1').waitFor()
    return { page: open.page, host }
  }

  /** The form of a new CronJob of a cluster that has these applications. */
  async function startWith(items: readonly Application[], refused: readonly RefusedKind[] = [], theme?: ThemeName) {
    const projects = [{ id: 'project-1', name: 'default', connection: 'kind', inCluster: true }]
    const found = { items: [...items], ...(refused.length === 0 ? {} : { refused: [...refused] }) }
    const host = scheduleEditorHost(createInit({ projects }), {}, found)
    open = await openPage({ handlers: host.handlers, listeners: host.listeners, ...(theme ? { theme } : {}) })
    await open.page.getByLabel(items.length > 0 ? 'Made of' : 'Image').waitFor()
    return { page: open.page, host }
  }
  const web: Application = {
    ...{ id: 'app-1', type: 'stateless', kind: 'Deployment', projectId: 'project-1', name: 'web' },
    ...{ image: 'shop/web:1', command: ['node'], args: ['server.mjs'], environment: { A: '1' } },
    ...{ secrets: [{ name: 'B', from: 'c/d' }], createdAt: '2026-03-01T00:00:00.000Z' },
  }
  const expect = (value: () => unknown, wanted: unknown) => eventually(async () => assert.equal(value(), wanted))

  const expression = (page: Page) => page.getByLabel('Cron expression')
  const sentence = (page: Page) => page.locator('.sentence')
  const kind = (page: Page) => page.locator('input[name=kind]:checked').inputValue()
  const choose = (page: Page, label: string) => page.locator('.segment').filter({ hasText: label }).first().click()
  const fillNumber = (page: Page, label: string, text: string) =>
    page.getByRole('spinbutton', { name: label }).fill(text)
  const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click()
  const notices = (page: Page) => page.locator('.notices')

  it('shows the schedule in words, the next ten runs in both zones and the warnings', async () => {
    const { page } = await start(editInit())
    assert.match(await sentence(page).innerText(), /At 02:30 every day, Europe\/Berlin time/)
    assert.equal(await page.locator('.runs tbody tr').count(), 10)
    const first = await page.locator('.runs tbody tr').first().innerText()
    assert.match(first, /02:30/)
    assert.match(first, /10:30/)
    assert.match(first, /in 13 h/)
    await page.getByText(/does not exist in Europe\/Berlin/).waitFor()
    await page.getByText(/Other cron tools/).waitFor()
  })

  it('writes the expression from the presets', async () => {
    const { page } = await start(editInit())
    const says = async (text: string) => assert.equal(await expression(page).inputValue(), text)
    await choose(page, 'Hourly')
    await says('30 * * * *')
    await choose(page, 'Weekly')
    await says('30 9 * * 1')
    await page.getByRole('checkbox', { name: 'Friday' }).check({ force: true })
    await fillNumber(page, 'Hour', '17')
    await says('30 17 * * 1,5')
    await choose(page, 'Monthly')
    await fillNumber(page, 'Day of the month', '31')
    await says('30 17 31 * *')
    await choose(page, 'Every N')
    await fillNumber(page, 'Every how many', '10')
    await says('*/10 * * * *')
    await page.getByLabel('Unit').selectOption('days')
    await says('0 9 */2 * *')
    await page.getByLabel('Unit').selectOption('interval')
    await page.getByLabel('Duration').fill('45m')
    await says('@every 45m')
    assert.match(await sentence(page).innerText(), /Every 45 min/)
  })

  it('moves the presets when an expression is typed, and says Custom where they cannot say it', async () => {
    const { page } = await start(editInit())
    await expression(page).fill('15 8 * * 1-5')
    assert.equal(await kind(page), 'weekly')
    assert.equal(await page.getByRole('checkbox', { checked: true }).count(), 5)
    assert.equal(await page.getByRole('spinbutton', { name: 'Hour' }).inputValue(), '08')
    await expression(page).fill('*/20 9-17 * * *')
    assert.equal(await kind(page), 'custom')
    await expression(page).fill('@hourly')
    assert.equal(await kind(page), 'hourly')
  })

  it('steps a number with the arrow keys and leaves it alone while it is typed', async () => {
    const { page } = await start(editInit())
    const hour = page.getByRole('spinbutton', { name: 'Hour' })
    await hour.focus()
    await page.keyboard.press('ArrowUp')
    assert.equal(await expression(page).inputValue(), '30 3 * * *')
    await hour.fill('')
    await page.keyboard.type('1')
    assert.equal(await hour.inputValue(), '1')
    await page.keyboard.type('4')
    assert.equal(await hour.inputValue(), '14')
    assert.equal(await expression(page).inputValue(), '30 14 * * *')
    await hour.fill('x')
    await page.getByText('Hour: write a whole number from 0 to 23.').waitFor()
    await page.keyboard.press('Tab')
    assert.equal(await hour.inputValue(), 'x')
  })

  it('names the part that is wrong and marks it in the expression', async () => {
    const { page } = await start(editInit())
    await expression(page).fill('61 2 * * *')
    assert.match(await page.locator('#field-schedule-note').innerText(), /61.*59/)
    assert.equal(await page.locator('.underlay mark').innerText(), '61')
    assert.equal(await expression(page).getAttribute('aria-invalid'), 'true')
    await expression(page).fill('0 2 * *')
    assert.match(await page.locator('#field-schedule-note').innerText(), /exactly 5 fields/)
    await expression(page).fill('0 2 * * *')
    assert.equal(await page.locator('.underlay mark').count(), 0)
  })

  it('answers a keystroke from the page itself, whatever the gateway does', async () => {
    const { page } = await start(editInit(), { preview: () => new Promise(() => {}) })
    await expression(page).fill('0 4 * * *')
    assert.match(await sentence(page).innerText(), /At 04:00 every day/)
  })

  it('chooses a time zone by typing a part of it', async () => {
    const { page } = await start(createInit())
    const zone = page.getByRole('combobox', { name: 'Time zone' })
    await zone.click()
    await zone.fill('new yo')
    await page.getByRole('option', { name: /America\/New_York/ }).waitFor()
    await page.keyboard.press('Enter')
    assert.equal(await zone.inputValue(), 'America/New_York')
    assert.match(await sentence(page).innerText(), /America\/New_York time/)
    assert.equal(await page.locator('.runs th').count(), 3)
  })

  it('keeps the zone on Escape and says what is wrong with one that nobody knows', async () => {
    const { page, host } = await start(createInit())
    const zone = page.getByRole('combobox', { name: 'Time zone' })
    await zone.click()
    await zone.fill('tok')
    await page.keyboard.press('Escape')
    assert.equal(await zone.inputValue(), 'Europe/Berlin')
    await zone.fill('Europe/Atlantis')
    await page.keyboard.press('Tab')
    await page.getByText(/unknown time zone Europe\/Atlantis/).waitFor()
    assert.deepEqual(host.asked, [])
  })

  it('says what is missing, goes there, and then creates the CronJob', async () => {
    const { page, host } = await start(createInit())
    await press(page, 'Create')
    assert.match(await notices(page).innerText(), /2 things to mend:\s*Name,\s*Command/)
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'field-name')
    await page.keyboard.type('nightly-report')
    await press(page, 'Command')
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'field-command')
    await page.keyboard.type('python3 report.py | tee out')
    await press(page, 'Add variable')
    await page.getByLabel('Name of variable 1').fill('FORMAT')
    await page.getByLabel('Value 1').fill('pdf')
    await press(page, 'Add secret')
    await press(page, 'Choose a secret for row 1')
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#field-secrets-0-value')?.value !== '')
    await press(page, /When it can/)
    await page.getByLabel('When the run before is not done').selectOption('Forbid')
    await page.getByLabel('Time limit').fill('600')
    await page.getByLabel('Retries').fill('2')
    await page.keyboard.press('Control+Enter')
    await page.getByText('Saved.').waitFor()
    assert.deepEqual(host.saved, [
      {
        mode: 'create',
        body: {
          projectId: 'project-1',
          name: 'nightly-report',
          schedule: '0 9 * * *',
          timeZone: 'Europe/Berlin',
          command: ['sh', '-c', 'python3 report.py | tee out'],
          args: [],
          environment: { FORMAT: 'pdf' },
          secrets: [{ name: 'PASSWORD', from: 'database/password' }],
          concurrencyPolicy: 'Forbid',
          activeDeadlineSeconds: 600,
          backoffLimit: 2,
          successfulJobsHistoryLimit: 3,
          failedJobsHistoryLimit: 1,
          terminationGracePeriodSeconds: 30,
        },
      },
    ])
    assert.equal(host.dirty.at(-1), false)
  })

  it('takes a program and its arguments row by row', async () => {
    const { page, host } = await start(createInit())
    await page.getByLabel('Name', { exact: true }).fill('rows')
    await choose(page, 'Program and arguments')
    await page.getByLabel('Program', { exact: true }).fill('python3')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement?.id === 'field-command-1')
    await page.keyboard.type('two words')
    await press(page, 'Add argument')
    await page.waitForFunction(() => document.activeElement?.id === 'field-command-2')
    await press(page, 'Remove argument 2')
    await press(page, 'Create')
    await page.getByText('Saved.').waitFor()
    const [save] = host.saved
    assert.deepEqual([save?.body.command, save?.body.args], [['python3'], ['two words']])
  })

  it('makes a CronJob of an application, and says what it takes of it', async () => {
    const { page, host } = await startWith([web, { ...web, id: 'app-2', name: 'say', kind: 'Command' }])
    const made = page.getByLabel('Made of')
    assert.deepEqual(await made.locator('option').allInnerTexts(), [
      'An image of its own',
      'web (Deployment)',
      'say (named command)',
    ])
    await made.selectOption('web (Deployment)')
    await page.getByText('shop/web:1 · node server.mjs · 2 variables').waitFor()
    assert.equal(await page.getByLabel('Image').getAttribute('placeholder'), 'shop/web:1')
    await page.getByLabel('Name', { exact: true }).fill('clear')
    assert.deepEqual(await accessibilityViolations(page), [])
    await press(page, 'Create')
    await page.getByText(/^Saved\./).waitFor()
    const [saved] = host.saved
    assert.ok(saved?.mode === 'create')
    const { templateAppId, command, args, image } = saved.body
    assert.deepEqual([templateAppId, command, args, image], ['app-1', undefined, undefined, undefined])
  })

  it('takes a command in place of that of the application', async () => {
    const { page, host } = await startWith([web])
    await page.getByLabel('Made of').selectOption('web (Deployment)')
    await page.getByLabel('Name', { exact: true }).fill('clear')
    await page.getByLabel('Command', { exact: true }).fill('clear-sessions')
    await press(page, 'Create')
    await page.getByText(/^Saved\./).waitFor()
    assert.deepEqual(host.saved[0]?.body.command, ['sh', '-c', 'clear-sessions'])
  })

  const denied = (kind: RefusedKind['kind']): RefusedKind => ({ kind, message: `You may not list ${kind} in default.` })

  for (const theme of ['dark', 'hcLight'] as const)
    it(`says which kinds of applications it can not offer, in ${theme}`, async () => {
      const { page } = await startWith([web], [denied('StatefulSet'), denied('Pod')], theme)
      const note = page.getByText('You may not list these here, so none is offered: StatefulSet, Pod.')
      await note.waitFor()
      assert.equal(
        await note.getAttribute('title'),
        'You may not list StatefulSet in default.\nYou may not list Pod in default.',
      )
      await page.getByLabel('Made of').waitFor()
      assert.deepEqual(await accessibilityViolations(page), [])
    })

  it('says so, too, where there is nothing else to offer', async () => {
    const { page } = await startWith([], [denied('Deployment')])
    await page.getByText('You may not list Deployment in default.').waitFor()
    assert.equal(await page.getByLabel('Made of').count(), 0)
  })

  it('says what of an application a run has to do without, once it is chosen', async () => {
    const { page } = await startWith([
      {
        ...web,
        notCopied: [
          { kind: 'volume', name: 'data' },
          { kind: 'initContainer', name: 'migrate' },
        ],
      },
    ])
    const note = page.getByText('Not copied, so a run has to do without: volume data, init container migrate.')
    assert.equal(await note.count(), 0)
    await page.getByLabel('Made of').selectOption({ label: 'web (Deployment)' })
    await note.waitFor()
    assert.deepEqual(await accessibilityViolations(page), [])
  })

  it('asks for no application where there is none, and says when it is not known', async () => {
    const { page } = await start(createInit())
    await page.getByLabel('Command', { exact: true }).waitFor()
    assert.equal(await page.getByLabel('Made of').count(), 0)
    await open.close()
    const away = () => Promise.reject(new HksError('CONNECTION_FAILED', 'The cluster is away.'))
    const other = await start(createInit(), { applications: away })
    await notices(other.page).getByText('The cluster is away.').waitFor()
  })

  it('shows what it would store without saving it, and what would refuse it', async () => {
    const { page, host } = await start(editInit())
    await expression(page).fill('0 5 * * *')
    await press(page, 'Preview')
    await expect(() => host.asked.length, 1)
    assert.equal(host.asked[0], 'showManifest {"mode":"edit","body":{"schedule":"0 5 * * *"}}')
    assert.deepEqual(host.saved, [])
    await open.close()
    const refused = new HksError('FORBIDDEN', 'The cluster refuses to create it: exceeded quota: few')
    const other = await start(editInit(), { showManifest: () => Promise.reject(refused) })
    await press(other.page, 'Preview')
    await notices(other.page)
      .getByText(/exceeded quota: few/)
      .waitFor()
    assert.match(await notices(other.page).innerText(), /No preview/)
  })

  it('shows no preview of a form that is not complete', async () => {
    const { page, host } = await start(createInit())
    await press(page, 'Preview')
    await page.getByText('Give the CronJob a name.').waitFor()
    assert.deepEqual(host.asked, [])
  })

  it('calls a function with a payload', async () => {
    const functions = [{ id: 'f-1', name: 'greet', projectId: 'project-1' }]
    const { page, host } = await start(createInit({ functions }))
    await page.getByLabel('Name', { exact: true }).fill('greeting')
    await choose(page, 'Function')
    await page.getByRole('combobox', { name: 'Function' }).selectOption('greet')
    await page.getByLabel('Payload').fill('{"name": "Ada"')
    await press(page, 'Create')
    await page.getByText(/The payload is no JSON/).waitFor()
    await page.getByLabel('Payload').fill('{"name": "Ada"}')
    await press(page, 'Create')
    await page.getByText('Saved.').waitFor()
    const body = host.saved[0]?.body
    assert.deepEqual([body?.functionId, body?.payload, body?.command], ['f-1', { name: 'Ada' }, undefined])
  })

  it('says beside Save what is refused of a form that has changed meanwhile', async () => {
    const { save, asked, refuse } = heldSave()
    const { page } = await start(editInit(), { save })
    await expression(page).fill('* * * * *')
    await press(page, 'Save')
    await asked
    await expression(page).fill('0 5 * * *')
    refuse(invalidField('schedule', '* * * * *', 'is too frequent here.'))
    await notices(page).getByText('Not saved: schedule: is too frequent here.').waitFor()
    assert.equal(await page.locator('#field-schedule-note').getByText('too frequent').count(), 0)
  })

  it('saves only what was changed', async () => {
    const { page, host } = await start(editInit())
    await press(page, 'Save')
    await page.getByText('There is nothing to save').waitFor()
    await expression(page).fill('0 5 * * *')
    await press(page, 'Save')
    await page.getByText('Saved. It runs next in 13 h').waitFor()
    assert.deepEqual(host.saved, [{ mode: 'edit', body: { schedule: '0 5 * * *' } }])
  })

  it('saves before the gateway has said what it thinks of the schedule, so that a page may be closed at once', async () => {
    const { page, host } = await start(editInit(), { preview: () => new Promise(() => undefined) })
    await expression(page).fill('0 5 * * *')
    await press(page, 'Save')
    await page.getByText('Saved.').waitFor()
    assert.deepEqual(host.saved, [{ mode: 'edit', body: { schedule: '0 5 * * *' } }])
  })

  it('saves a schedule that never runs only when told again', async () => {
    const { page, host } = await start(editInit())
    await expression(page).fill('0 0 30 2 *')
    await press(page, 'Save')
    await page.getByRole('button', { name: 'Save anyway' }).waitFor()
    assert.deepEqual(host.saved, [])
    await press(page, 'Save anyway')
    await page.getByText('Saved.').waitFor()
    assert.equal(host.saved.length, 1)
  })

  it('shows what the gateway refuses at the field that it names', async () => {
    let asked = 0
    const refuse = () => {
      asked++
      throw invalidField('activeDeadlineSeconds', 5, 'must be at least 10 here', 'Raise it.')
    }
    const { page } = await start(editInit(), { save: refuse })
    await expression(page).fill('0 5 * * *')
    await press(page, 'Save')
    await page.locator('#field-activeDeadlineSeconds-note').getByText('must be at least 10 here Raise it.').waitFor()
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'field-activeDeadlineSeconds')
    // Its reason may be gone by now.
    await press(page, 'Save')
    await expect(() => asked, 2)
  })

  it('shows other failures beside Save, and tries again', async () => {
    let isDown = true
    const { page } = await start(editInit(), {
      save: () => {
        if (isDown)
          throw new HksError('GATEWAY_UNREACHABLE', 'The gateway did not answer.', { hint: 'Start it again.' })
        return cronJob({ schedule: '0 5 * * *' })
      },
    })
    await expression(page).fill('0 5 * * *')
    await press(page, 'Save')
    await notices(page).getByText('Not saved: The gateway did not answer.').waitFor()
    await notices(page).getByText('Start it again.').waitFor()
    isDown = false
    await press(page, 'Try again')
    await page.getByText('Saved.').waitFor()
  })

  it('asks before it drops changes', async () => {
    const { page, host } = await start(editInit())
    await expression(page).fill('0 5 * * *')
    await page.keyboard.press('Escape')
    await page.getByText('Your changes are not saved.').waitFor()
    await press(page, 'Keep editing')
    assert.deepEqual(host.asked, [])
    await press(page, 'Cancel')
    await press(page, 'Discard changes')
    assert.deepEqual(host.asked, ['close'])
  })

  it('closes at once when nothing was changed', async () => {
    const { page, host } = await start(editInit())
    await press(page, 'Close')
    await open.delivered()
    assert.deepEqual(host.asked, ['close'])
  })

  it('keeps what was typed over a reload', async () => {
    const { page } = await start(editInit())
    await expression(page).fill('7 7 * * *')
    await press(page, /What runs/)
    await page.reload()
    await page.locator('h1').waitFor()
    assert.equal(await expression(page).inputValue(), '7 7 * * *')
    await page.getByLabel('Program', { exact: true }).waitFor()
  })

  it('explains without trust and refuses to save', async () => {
    const { page, host } = await start(editInit({ trusted: false }))
    await expression(page).fill('0 5 * * *')
    await press(page, 'Save')
    await page.getByText(/not trusted/).waitFor()
    await press(page, 'Manage Workspace Trust')
    assert.deepEqual(host.asked, ['manageTrust'])
    assert.deepEqual(host.saved, [])
    open.emit('trust', { trusted: true })
    await page.getByText(/not trusted/).waitFor({ state: 'detached' })
    await press(page, 'Save')
    await page.getByText('Saved.').waitFor()
  })

  it('follows a job that changes elsewhere, and asks when there are changes here', async () => {
    const { page } = await start(editInit())
    open.emit('cronJob', { cronJob: cronJob({ schedule: '0 6 * * *' }) })
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#field-schedule')?.value === '0 6 * * *')
    await expression(page).fill('0 7 * * *')
    open.emit('cronJob', { cronJob: cronJob({ schedule: '0 8 * * *' }) })
    await page.getByText(/changed elsewhere/).waitFor()
    assert.equal(await expression(page).inputValue(), '0 7 * * *')
    await press(page, 'Load the new version')
    assert.equal(await expression(page).inputValue(), '0 8 * * *')
  })

  it('creates a job again that was deleted elsewhere', async () => {
    const { page, host } = await start(editInit())
    open.emit('deleted', { id: 'job-1' })
    await page.getByText(/was deleted/).waitFor()
    await press(page, 'Create')
    await page.getByText('Saved.').waitFor()
    assert.equal(host.saved[0]?.mode, 'create')
  })

  it('resumes a suspended job through the host', async () => {
    const { page, host } = await start(editInit({ cronJob: cronJob({ suspend: true }) }))
    await press(page, 'Resume…')
    await page.getByText(/Suspended:/).waitFor({ state: 'detached' })
    assert.deepEqual(host.asked, ['setSuspended false'])
  })

  it('says why it could not be opened, and retries', async () => {
    let isDown = true
    const host = scheduleEditorHost(editInit(), {
      init: () => {
        if (isDown) throw new HksError('GATEWAY_START_FAILED', 'The gateway did not start.', { hint: 'Read its log.' })
        return editInit()
      },
    })
    open = await openPage({ handlers: host.handlers, listeners: host.listeners })
    await open.page.getByText(/^The editor could not be opened: The gateway did not start\./).waitFor()
    isDown = false
    await press(open.page, 'Retry')
    await open.page.locator('h1').waitFor()
  })

  for (const theme of ['dark', 'light', 'hcDark', 'hcLight'] as const)
    it(`has no accessibility fault in ${theme}, with every section open and a fault shown`, async () => {
      const { page } = await start(createInit(), {}, { theme })
      await press(page, /When it can/)
      await choose(page, 'Weekly')
      await press(page, 'Add variable')
      await page.getByLabel('Name of variable 1').fill('1')
      await expression(page).fill('61 * * * *')
      await press(page, 'Create')
      await page.getByRole('combobox', { name: 'Time zone' }).click()
      await page.locator('.combobox li').first().waitFor()
      assert.deepEqual(await accessibilityViolations(page), [])
    })

  for (const width of [300, 450])
    it(`fits into ${width} pixels`, async () => {
      const { page } = await start(editInit(), {}, { width })
      await press(page, /What runs/)
      await press(page, /When it can/)
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      assert.equal(overflow, 0)
    })
})
