//! Offers, demands and the matches between them.

use super::World;
use serde_json::{Value, json};

fn offer() -> Value {
    json!({
        "title": { "ko": "폐암 흉부 CT 코호트", "en": "Lung cancer CT" }, "abstract": { "ko": "당뇨병 환자의 CT" },
        "keywords": ["CT"], "contactOffice": "data@hospital.example", "library": "CANCER_CLINICAL", "opensOn": "2026-01-01",
        "conditions": ["C34"], "counts": [{ "code": "C34", "count": 1200, "asOf": "2026-06", "basis": "MEASURED" }],
        "population": { "size": 5000, "sex": "ALL", "ageMin": 20, "ageMax": 90, "sizeAsOf": "2026-06", "sizeBasis": "MEASURED" },
        "period": { "start": "2015-01", "end": "2025-12" }, "refresh": "MONTHLY", "timeLagMonths": 2,
        "dataKinds": ["imaging.ct"], "variables": ["stage"], "standards": ["DICOM"], "codingSystems": ["KCD-8"],
        "completenessPercent": 95, "accessModes": ["CLOSED_REMOTE"], "approvals": ["IRB"],
        "review": { "cutoffDay": 10, "meetingDays": [20] }, "leadTime": "ONE_TO_TWO_WEEKS",
        "cost": { "model": "FIXED", "amount": 1_000_000 }, "linkableTo": ["DEATH"], "smallCountThreshold": 10,
        "preferences": { "capacityPerYear": 5, "collaboration": true, "partners": ["COMPANY"], "purposes": ["METHOD"], "returnOfResults": true },
        "usePolicies": [{ "permission": "HMB", "modifiers": ["COMMERCIAL_OK", "IRB"] }],
    })
}

fn demand(confidentiality: &str, excluded: Value) -> Value {
    json!({
        "title": { "ko": "폐결절 판독 보조" }, "aim": { "ko": "당뇨병 환자의 폐결절을 찾는 모형" }, "conditionsText": { "ko": "유방암" },
        "conditions": ["C34"], "dataKindsRequired": ["imaging.ct"], "dataKindsWished": ["imaging.mri"],
        "dataKindsAnyOf": ["imaging.ct", "imaging.mri"], "variablesRequired": ["stage"], "variablesWished": ["smoking"],
        "population": { "sex": "ALL", "ageMin": 20, "ageMax": 80, "inclusion": { "ko": "수술 전" } },
        "period": { "start": "2018-01", "end": "2024-12" }, "standards": ["DICOM"], "subjectsMin": 500, "subjectsWished": 900,
        "purpose": "METHOD", "duoPurpose": "DS", "commercial": true, "methodsDevelopment": true, "usesGenotype": false,
        "ancestryResearch": false, "clinicalCare": false, "deidentification": "PSEUDONYMISED", "linkage": ["DEATH"],
        "accessModes": ["CLOSED_REMOTE"], "viewerCountries": ["KR"], "processingCountries": ["KR"], "irbStatus": "APPROVED",
        "willingToCollaborate": true, "willingToPublish": true, "willingToReturnResults": true, "publishBy": "2028-01-01",
        "useMonths": 12, "budget": 160_000_000, "budgetClass": "OWN", "ownShare": 10_000_000, "neededBy": "2027-09-30",
        "confidentiality": confidentiality, "excludedOrganisations": excluded,
    })
}

impl World {
    /// Creates an offer or a demand, and lets it be seen if there is a step for it.
    async fn publish(&mut self, sample: &str, owner: &str, step: &str, content: Value) {
        let what = if owner.starts_with("hospital") {
            "Offer"
        } else {
            "Demand"
        };
        let field = what.to_lowercase();
        let selection = format!("{field} {{ id }}");
        let input = json!({ "content": content });
        let user = self.user(owner).clone();
        let made = self
            .server
            .mutate(&user, &format!("create{what}"), input, &selection)
            .await;
        let id = made[&field]["id"].as_str().unwrap().to_owned();
        if !step.is_empty() {
            let input = json!({ "id": id, "version": 1, "step": step });
            self.server
                .mutate(&user, &format!("move{what}"), input, &selection)
                .await;
        }
        self.ids.insert(sample.to_owned(), id);
    }

    pub(super) async fn catalogue(&mut self) {
        let (company, hospital) = ("company.own.member", "hospital.own.member");
        let other = self.ids["hospital-other"].clone();
        self.publish("offer", hospital, "LIST", offer()).await;
        self.publish("offer-draft", hospital, "", offer()).await;
        // One change of this hospital's conditions would open it to companies.
        let mut closed = offer();
        closed["usePolicies"] = json!([{ "permission": "HMB", "modifiers": ["NCU"] }]);
        self.publish("offer-closed", hospital, "LIST", closed).await;
        let open = json!([]);
        self.publish("demand", company, "OPEN", demand("NAMED", json!([other])))
            .await;
        self.publish(
            "demand-blind",
            company,
            "OPEN",
            demand("BLIND", open.clone()),
        )
        .await;
        self.publish("demand-met", company, "OPEN", demand("BLIND", open.clone()))
            .await;
        self.publish("demand-draft", company, "", demand("NAMED", open))
            .await;
        self.server.settle().await;
        for (sample, of) in [("match", "demand"), ("match-blind", "demand-blind")] {
            let query = "query($id: ID!) { node(id: $id) { ... on Demand { matches(first: 1) { edges { node { id } } } } } }";
            let data = self
                .server
                .data(self.user(company), query, json!({ "id": self.ids[of] }))
                .await;
            let id = &data["node"]["matches"]["edges"][0]["node"]["id"];
            self.ids
                .insert(sample.to_owned(), id.as_str().expect(sample).to_owned());
        }
    }
}
