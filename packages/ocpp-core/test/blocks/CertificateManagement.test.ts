import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Action, GetCertificateIdUseEnumType, Messages } from "@wattline/ocpp-v201"
import {
  amendCertificateStatus,
  amendEVCertificate,
  certificates,
  type CertificatesEvent,
  type CertificatesState,
  certificateTypes,
  installedCertificates,
  maxCertificates
} from "../../src/blocks/CertificateManagement.ts"
import { exchange, frozen, noon, property, recorder, stored } from "./payloads.ts"

type Chain = NonNullable<Messages["GetInstalledCertificateIds"]["response"]["certificateHashDataChain"]>[number]

const hashData = (serialNumber: string) =>
  ({ hashAlgorithm: "SHA256", issuerNameHash: "aa", issuerKeyHash: "bb", serialNumber }) as const
const one = (certificateType: GetCertificateIdUseEnumType, serialNumber: string, ...children: Array<string>): Chain => {
  const [first, ...others] = children.map(hashData)
  return {
    certificateType,
    certificateHashData: hashData(serialNumber),
    ...(first !== undefined && { childCertificateHashData: [first, ...others] })
  }
}

const setup = () => {
  const { emit, events } = recorder<CertificatesEvent>()
  let state: CertificatesState = frozen(certificates.initial)
  const take = <A extends Action>(
    action: A,
    request: Messages[A]["request"],
    response: Messages[A]["response"],
    at = noon
  ) => {
    const reducer = certificates.reduce[action]
    state = frozen(reducer?.(state, frozen(exchange(action, request, response, at)), emit) ?? state)
  }
  return {
    events,
    state: () => state,
    numbers: () =>
      installedCertificates(state).map(({ certificateType, serialNumber }) => `${certificateType} ${serialNumber}`),
    reports: (chains: ReadonlyArray<Chain>, types?: Array<GetCertificateIdUseEnumType>, at = noon) =>
      take(
        "GetInstalledCertificateIds",
        types === undefined ? {} : { certificateType: types },
        chains.length === 0 ? { status: "NotFound" } : { status: "Accepted", certificateHashDataChain: [...chains] },
        at
      ),
    installs: (status: Messages["InstallCertificate"]["response"]["status"]) =>
      take("InstallCertificate", { certificateType: "CSMSRootCertificate", certificate: "PEM" }, { status }),
    deletes: (serialNumber: string, status: Messages["DeleteCertificate"]["response"]["status"] = "Accepted") =>
      take("DeleteCertificate", { certificateHashData: hashData(serialNumber) }, { status }),
    signs: (certificateType?: "V2GCertificate" | "ChargingStationCertificate") =>
      take(
        "CertificateSigned",
        { certificateChain: "PEM", ...(certificateType !== undefined && { certificateType }) },
        { status: "Accepted" }
      )
  }
}

describe("certificates of a station", () => {
  it("M-3, M03.FR.01: a report replaces what was known of the types it was asked for, and only of these", () => {
    const { numbers, reports, state } = setup()
    reports([one("CSMSRootCertificate", "1"), one("MORootCertificate", "2")])
    reports([one("CSMSRootCertificate", "3")], ["CSMSRootCertificate"], noon + 1)
    expect(numbers()).toEqual(["MORootCertificate 2", "CSMSRootCertificate 3"])
    expect(state().installed.CSMSRootCertificate?.reportedAt).toBe(noon + 1)
    expect(state().installed.V2GRootCertificate).toEqual({ certificates: [], reportedAt: noon })
  })

  it("M-3, M03.FR.02: NotFound is none", () => {
    const { events, numbers, reports, state } = setup()
    reports([one("CSMSRootCertificate", "1"), one("MORootCertificate", "2")])
    reports([], ["CSMSRootCertificate"])
    expect(numbers()).toEqual(["MORootCertificate 2"])
    reports([])
    expect(numbers()).toEqual([])
    expect(Object.keys(state().installed).toSorted()).toEqual(certificateTypes.toSorted())
    expect(events).toEqual([
      { _tag: "InstalledCertificatesReported", certificateTypes },
      { _tag: "InstalledCertificatesReported", certificateTypes: ["CSMSRootCertificate"] },
      { _tag: "InstalledCertificatesReported", certificateTypes }
    ])
  })

  it("M-3, M03.FR.05: the sub-CAs of a V2G chain come with its leaf", () => {
    const { numbers, reports } = setup()
    reports([one("V2GCertificateChain", "1", "2", "3")])
    expect(numbers()).toEqual(["V2GCertificateChain 1", "V2GCertificateChain 2", "V2GCertificateChain 3"])
  })

  it("M-4, M04.FR.02, M04.FR.04: what was deleted, or is not found, is gone; after Failed it is still there", () => {
    const { events, deletes, numbers, reports } = setup()
    reports([one("CSMSRootCertificate", "1"), one("MORootCertificate", "2"), one("MORootCertificate", "3")])
    deletes("1", "Failed")
    expect(numbers()).toHaveLength(3)
    deletes("1", "NotFound")
    expect(numbers()).toEqual(["MORootCertificate 2", "MORootCertificate 3"])
    deletes("02")
    expect(numbers()).toEqual(["MORootCertificate 3"])
    expect(events.slice(1)).toEqual([{ _tag: "CertificateDeleted", certificateHashData: hashData("02") }])
  })

  it("M-4, M04.FR.08: after a deletion any type may have changed, until it is reported again", () => {
    const { deletes, reports, state } = setup()
    const outdated = () => certificateTypes.filter((type) => state().installed[type]?.outdated === true)
    reports([one("CSMSRootCertificate", "1")])
    deletes("9", "NotFound")
    expect(outdated()).toEqual([])
    deletes("1")
    expect(outdated()).toEqual(certificateTypes)
    reports([], ["CSMSRootCertificate"])
    expect(outdated()).toHaveLength(certificateTypes.length - 1)
  })

  it("M-6, M05.FR.02: what was installed has no id before the station is asked", () => {
    const { events, installs, numbers, reports, state } = setup()
    reports([])
    installs("Rejected")
    installs("Failed")
    expect(state().installed.CSMSRootCertificate?.outdated).toBeUndefined()
    installs("Accepted")
    expect([numbers(), state().installed.CSMSRootCertificate?.outdated]).toEqual([[], true])
    expect(state().installed.MORootCertificate?.outdated).toBeUndefined()
    expect(events.slice(1)).toEqual([{ _tag: "CertificateInstalled", certificateType: "CSMSRootCertificate" }])
  })

  it("M-3, A-19: a signed V2G certificate is a new chain, that for the CSMS is not reported", () => {
    const { reports, signs, state } = setup()
    reports([])
    const before = state()
    signs()
    signs("ChargingStationCertificate")
    expect(state()).toBe(before)
    signs("V2GCertificate")
    expect(state().installed.V2GCertificateChain?.outdated).toBe(true)
  })

  it("M-3: a station cannot fill the memory, and it is said that it has more", () => {
    const { numbers, reports, state } = setup()
    reports(Array.from({ length: 1000 }, (_, at) => one("CSMSRootCertificate", String(at + 1))))
    expect(numbers()).toHaveLength(maxCertificates)
    expect(state().installed.CSMSRootCertificate?.isTruncated).toBe(true)
  })

  it("ST-1, M-3, M-4: whatever comes, what is known is what a list of certificates would say", () => {
    const type = fc.constantFrom(...certificateTypes)
    const number = fc.constantFrom("1", "2", "3")
    const step = fc.oneof(
      fc.record({
        do: fc.constant("report" as const),
        types: fc.uniqueArray(type, { minLength: 1 }),
        numbers: fc.uniqueArray(number)
      }),
      fc.record({ do: fc.constant("delete" as const), number }),
      fc.record({ do: fc.constant("install" as const) })
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const all = setup()
        let known: ReadonlyArray<string> = []
        for (const next of steps) {
          if (next.do === "install") all.installs("Accepted")
          else if (next.do === "delete") {
            all.deletes(next.number)
            known = known.filter((name) => !name.endsWith(` ${next.number}`))
          } else {
            const chains = next.types.flatMap((one_) => next.numbers.map((serial) => one(one_, serial)))
            all.reports(chains, next.types)
            known = [
              ...known.filter((name) => !next.types.some((one_) => name.startsWith(`${one_} `))),
              ...chains.map(
                ({ certificateHashData, certificateType }) => `${certificateType} ${certificateHashData.serialNumber}`
              )
            ]
          }
          expect(all.numbers().toSorted()).toEqual(known.toSorted())
          expect(stored(all.state())).toEqual(all.state())
        }
      }),
      property
    )
  })
})

describe("answers about certificates", () => {
  it("M-9, M06.FR.03, M06.FR.04: ocspResult comes exactly with Accepted", () => {
    const request = { ocspRequestData: { ...hashData("1"), responderURL: "http://ocsp.test" } }
    const accepted = { status: "Accepted", ocspResult: "MAA=" } as const
    expect(amendCertificateStatus(request, accepted)).toBe(accepted)
    expect(amendCertificateStatus(request, { status: "Failed", ocspResult: "MAA=" })).toEqual({ status: "Failed" })
    expect(amendCertificateStatus(request, { status: "Accepted" })).toBeTypeOf("string")
    expect(amendCertificateStatus(request, { status: "Accepted", ocspResult: "" })).toBeTypeOf("string")
  })

  it("M-1, M01.FR.01: Accepted brings an exiResponse", () => {
    const request = { iso15118SchemaVersion: "v", action: "Install", exiRequest: "AA==" } as const
    const accepted = { status: "Accepted", exiResponse: "AA==" } as const
    expect(amendEVCertificate(request, accepted)).toBe(accepted)
    expect(amendEVCertificate(request, { status: "Accepted", exiResponse: "" })).toBeTypeOf("string")
    expect(amendEVCertificate(request, { status: "Failed", exiResponse: "" })).toEqual({
      status: "Failed",
      exiResponse: ""
    })
  })
})
