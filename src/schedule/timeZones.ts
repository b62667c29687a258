import { zoneNamesByRegion } from './zoneNames.ts'

/** Whether the API server takes a time zone, and if not, why. */
export type TimeZoneCheck = { readonly ok: true } | { readonly ok: false; readonly message: string }

/** What the API server demands of each part of a zone's name (pkg/apis/batch/validation). */
const part = /^[A-Za-z.\-_0-9+]{1,14}$/

/**
 * Checks a time zone as the API server does on create: not empty, not Local, of the right form, and known by exactly
 * this spelling. Beyond the server's rules a zone that this computer cannot compute is refused.
 */
export function validateTimeZone(zone: string): TimeZoneCheck {
  if (zone === '') return refused('timeZone must be nil or non-empty string; leave it out or write for example UTC')
  const parts = zone.split('/')
  if (parts.some(text => text === '.' || text === '..' || text.startsWith('-') || !part.test(text)))
    return refused(`unknown time zone ${zone}; write a name such as Europe/Berlin`)
  if (zone.toLowerCase() === 'local')
    return refused(
      'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones; write a name such as Europe/Berlin',
    )
  if (!isKnown(zone)) {
    const meant = namesIn(() => true).find(name => name.toLowerCase() === zone.toLowerCase())
    return refused(
      `unknown time zone ${zone}; ${meant ? `did you mean ${meant}?` : 'write a name such as Europe/Berlin'}`,
    )
  }
  return isComputable(zone)
    ? { ok: true }
    : refused(`the time zone ${zone} exists, but the time zone data of this computer does not have it`)
}

/** The zones to offer in a list: UTC first, then the names of places, sorted; without aliases. */
export function timeZones(): string[] {
  const places = namesIn(text => !text.endsWith('~')).filter(name => name !== 'UTC' && isComputable(name))
  return ['UTC', ...places]
}

/** Zones younger than the list count as soon as Intl has them. */
function isKnown(zone: string): boolean {
  return namesIn(() => true).includes(zone) || Intl.supportedValuesOf('timeZone').includes(zone)
}

function namesIn(wanted: (name: string) => boolean): string[] {
  return Object.entries(zoneNamesByRegion)
    .flatMap(([region, names]) =>
      names
        .split(' ')
        .filter(wanted)
        .map(name => (region === '' ? name : `${region}/${name}`).replace('~', '')),
    )
    .sort()
}

function isComputable(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function refused(message: string): TimeZoneCheck {
  return { ok: false, message }
}
