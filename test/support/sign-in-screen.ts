import type { Page } from 'playwright-core'
import { textsOf } from './screens.js'

/** A field of the sign-in screen, by its name in the request. */
export const field = (page: Page, name: string) => page.locator(`.sign-in input[name=${name}]`)

export const submit = (page: Page) => page.locator('.sign-in .primary').click()

/** Fills fields of the sign-in screen, and submits it. */
export async function signIn (page: Page, values: Record<string, string>) {
  for (const [name, value] of Object.entries(values)) await field(page, name).fill(value)
  await submit(page)
}

/** Waits until the table of projects has a row. */
export const signedIn = (page: Page) => page.locator('.projects tbody td').first().waitFor()

/** The user and the scope that the bar names. */
export const userOf = (page: Page) => textsOf(page, '.user summary')
