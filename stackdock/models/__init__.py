"""What StackDock itself remembers: organizations, people, docks, sync runs, audit. One file per noun, no behaviour."""

from stackdock.models.app_process import AppProcess
from stackdock.models.audit_entry import AuditEntry, AuditResult
from stackdock.models.change_outbox import ChangeOutbox
from stackdock.models.completed_request import CompletedRequest
from stackdock.models.dock import Dock, DockStatus
from stackdock.models.dock_credential import DockCredential
from stackdock.models.dock_kind import DockKind
from stackdock.models.failed_sign_in import FailedSignIn
from stackdock.models.login_session import LoginSession
from stackdock.models.master_key import MasterKey
from stackdock.models.membership import Membership
from stackdock.models.organization import Organization
from stackdock.models.setup_link import SetupLink
from stackdock.models.sync_run import RunStatus, RunTrigger, SyncRun
from stackdock.models.sync_run_kind import KindOutcome, SyncRunKind
from stackdock.models.user import User

__all__ = [
    "AppProcess", "AuditEntry", "AuditResult", "ChangeOutbox", "CompletedRequest", "Dock", "DockCredential", "DockKind",
    "DockStatus", "FailedSignIn", "KindOutcome", "LoginSession", "MasterKey", "Membership", "Organization", "RunStatus",
    "RunTrigger", "SetupLink", "SyncRun", "SyncRunKind", "User",
]  # fmt: skip
